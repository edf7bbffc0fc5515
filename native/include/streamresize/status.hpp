// The one value that every fallible call of the core returns.
#pragma once

#include <cstdint>

namespace streamresize {

enum class StatusCode : std::uint8_t {
  ok,
  need_input,   // append more bytes or call finish_input(), then repeat the call
  end,          // every MCU row has been decoded
  malformed,    // the bytes break ITU-T T.81
  unsupported,  // legal, but a process this decoder does not read
  limit,        // a bound of Limits would be crossed
};

// `what` is a string with static storage: the fault, the feature or the name of the limit.
// `offset` is the place in the source, in bytes from its first byte.
// `value` and `bound` are set for StatusCode::limit only.
struct Status {
  StatusCode code = StatusCode::ok;
  const char* what = "";
  std::uint64_t offset = 0;
  std::uint64_t value = 0;
  std::uint64_t bound = 0;

  [[nodiscard]] bool ok() const { return code == StatusCode::ok; }
  [[nodiscard]] bool failed() const { return code >= StatusCode::malformed; }

  static Status need_input() { return {.code = StatusCode::need_input}; }
  static Status end() { return {.code = StatusCode::end}; }
  static Status malformed(const char* what, std::uint64_t offset) {
    return {.code = StatusCode::malformed, .what = what, .offset = offset};
  }
  static Status unsupported(const char* feature, std::uint64_t offset) {
    return {.code = StatusCode::unsupported, .what = feature, .offset = offset};
  }
  static Status limit(const char* name, std::uint64_t value, std::uint64_t bound,
                      std::uint64_t offset) {
    return {
        .code = StatusCode::limit, .what = name, .offset = offset, .value = value, .bound = bound};
  }
};

}  // namespace streamresize
