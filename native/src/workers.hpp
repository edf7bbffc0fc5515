// Threads that make calls in the order in which they are handed in.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace streamresize {

class Workers {
 public:
  using Call = std::function<void()>;
  using Condition = std::function<bool()>;

  // As many threads as can be had, at most `count`.
  explicit Workers(unsigned count);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  // Has calls made, behind those before them; finish() or drop() must follow.
  void add(std::vector<Call> calls);
  void add(Call call) { add(std::vector<Call>{std::move(call)}); }
  // Takes part until a condition holds, which a call makes true, or all calls are made. Throws what
  // a call has thrown.
  void help_until(const Condition& holds);
  // Takes part until all calls are made, and throws as well.
  void finish();
  // Forgets the calls that nobody has begun, and waits for the others.
  void drop();

 private:
  using Lock = std::unique_lock<std::mutex>;

  void serve();
  void run_next(Lock& lock);

  std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable done_;
  std::deque<Call> calls_;             // that nobody has begun
  std::atomic<std::size_t> left_ = 0;  // how many they are
  std::atomic<std::size_t> running_ = 0;
  std::exception_ptr error_;
  std::atomic<bool> stopped_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace streamresize
