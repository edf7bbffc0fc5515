// What this machine can do: prints nanoseconds for a table lookup that depends on the one
// before it, and gigabytes a second that memcpy writes.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <numeric>
#include <random>
#include <vector>

namespace {

constexpr std::size_t kRounds = 31;

template <typename Work>
double median_nanoseconds(Work work) {
  std::array<double, kRounds> taken{};
  for (double& nanoseconds : taken) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    nanoseconds =
        std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin).count();
  }
  std::ranges::sort(taken);
  return taken[kRounds / 2];
}

// Walks through all entries of a table of 16 KiB.
double lookup_nanoseconds() {
  constexpr std::size_t kEntries = 4096;
  constexpr int kLookups = 1 << 22;
  std::vector<std::uint32_t> order(kEntries);
  std::iota(order.begin(), order.end(), 0U);
  std::shuffle(order.begin() + 1, order.end(), std::mt19937(1));
  std::vector<std::uint32_t> table(kEntries);
  for (std::size_t i = 0; i < kEntries; ++i) table[order[i]] = order[(i + 1) % kEntries];
  volatile std::uint32_t end = 0;
  const double taken = median_nanoseconds([&] {
    std::uint32_t at = 0;
    for (int i = 0; i < kLookups; ++i) at = table[at];
    end = at;
  });
  return taken / kLookups;
}

double copied_gigabytes_per_second() {
  constexpr std::size_t kBytes = std::size_t{64} << 20;
  const std::vector<std::uint8_t> source(kBytes, 1);
  std::vector<std::uint8_t> target(kBytes);
  return static_cast<double>(kBytes) /
         median_nanoseconds([&] { std::memcpy(target.data(), source.data(), kBytes); });
}

}  // namespace

int main() { std::printf("%.3f %.2f\n", lookup_nanoseconds(), copied_gigabytes_per_second()); }
