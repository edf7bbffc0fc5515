// Random access to the compressed bytes, for files whose scans are decoded side by side.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace streamresize {

class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Copies bytes from `offset` on into `target` and returns how many: fewer than asked for at the
  // end of the source or where it cannot be read.
  virtual std::size_t read(std::uint64_t offset, std::span<std::uint8_t> target) = 0;
};

// Bytes that somebody else keeps alive.
class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  std::size_t read(std::uint64_t offset, std::span<std::uint8_t> target) override;

 private:
  std::span<const std::uint8_t> bytes_;
};

// An open file that somebody else closes. Its read position is neither used nor moved.
class FileSource final : public ByteSource {
 public:
  explicit FileSource(int descriptor, std::uint64_t start = 0)
      : descriptor_(descriptor), start_(start) {}
  std::size_t read(std::uint64_t offset, std::span<std::uint8_t> target) override;

 private:
  int descriptor_;
  std::uint64_t start_;  // where the JPEG begins in the file
};

}  // namespace streamresize
