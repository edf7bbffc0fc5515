#include "streamresize/byte_source.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace streamresize {

std::size_t MemorySource::read(std::uint64_t offset, std::span<std::uint8_t> target) {
  if (offset >= bytes_.size()) return 0;
  const auto rest = bytes_.subspan(static_cast<std::size_t>(offset));
  const std::size_t count = std::min(rest.size(), target.size());
  std::copy_n(rest.begin(), count, target.begin());
  return count;
}

std::size_t FileSource::read(std::uint64_t offset, std::span<std::uint8_t> target) {
  std::size_t done = 0;
  while (done < target.size()) {
    const auto position = static_cast<off_t>(start_ + offset + done);
    const ssize_t count = pread(descriptor_, target.data() + done, target.size() - done, position);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    done += static_cast<std::size_t>(count);
  }
  return done;
}

}  // namespace streamresize
