// Threads that take part in a loop.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace streamresize {

class Workers {
 public:
  using Body = std::function<void(std::size_t)>;

  // As many threads as can be had, at most `count`.
  explicit Workers(unsigned count);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  // Starts calling body(0) ... body(count - 1), each once; finish() must follow.
  void begin(std::size_t count, Body body);
  // Takes part in what is left, and waits for the rest. Throws what a call has thrown.
  void finish();

 private:
  using Lock = std::unique_lock<std::mutex>;

  void serve();
  void run_next(Lock& lock);

  std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable done_;
  Body body_;
  std::size_t count_ = 0;
  std::atomic<std::size_t> running_ = 0;
  std::exception_ptr error_;
  std::atomic<std::size_t> left_ = 0;  // calls that nobody has begun
  std::atomic<bool> stopped_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace streamresize
