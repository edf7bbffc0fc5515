#include "workers.hpp"

#include <chrono>
#include <exception>
#include <utility>

namespace streamresize {
namespace {

// To wake a thread takes longer than most pauses between two loops.
constexpr std::chrono::microseconds kPatience{100};

template <typename Condition>
void wait_awake(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!condition() && std::chrono::steady_clock::now() < end) {
  }
}

}  // namespace

Workers::Workers(unsigned count) {
  threads_.reserve(count);
  try {
    while (threads_.size() < count) threads_.emplace_back([this] { serve(); });
  } catch (const std::exception&) {
    // finish() does what nobody else takes.
  }
}

Workers::~Workers() {
  {
    const Lock lock(mutex_);
    stopped_ = true;
  }
  work_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Workers::begin(std::size_t count, Body body) {
  {
    const Lock lock(mutex_);
    body_ = std::move(body);
    count_ = count;
    left_ = count;
  }
  work_.notify_all();
}

void Workers::finish() {
  Lock lock(mutex_);
  while (left_ != 0) run_next(lock);
  const auto is_done = [this] { return running_ == 0; };
  lock.unlock();
  wait_awake(is_done);
  lock.lock();
  done_.wait(lock, is_done);
  if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
}

void Workers::serve() {
  const auto is_called = [this] { return stopped_ || left_ != 0; };
  while (true) {
    wait_awake(is_called);
    Lock lock(mutex_);
    work_.wait(lock, is_called);
    if (stopped_) return;
    run_next(lock);
    if (running_ == 0 && left_ == 0) done_.notify_one();
  }
}

void Workers::run_next(Lock& lock) {
  const std::size_t index = count_ - left_--;
  ++running_;
  lock.unlock();
  std::exception_ptr error;
  try {
    body_(index);
  } catch (...) {
    error = std::current_exception();
  }
  lock.lock();
  if (error) error_ = error;
  --running_;
}

}  // namespace streamresize
