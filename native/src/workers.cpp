#include "workers.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <iterator>
#include <utility>

namespace streamresize {
namespace {

// To wake a thread takes longer than most pauses between two calls.
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
    // help_until() does what nobody else takes.
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

void Workers::add(std::vector<Call> calls) {
  {
    const Lock lock(mutex_);
    std::ranges::move(calls, std::back_inserter(calls_));
    left_ = calls_.size();
  }
  work_.notify_all();
}

void Workers::help_until(const Condition& holds) {
  const auto is_over = [&] { return holds() || (left_ == 0 && running_ == 0); };
  Lock lock(mutex_);
  while (left_ != 0 && !holds()) run_next(lock);
  lock.unlock();
  wait_awake(is_over);
  lock.lock();
  done_.wait(lock, is_over);
  if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
}

void Workers::finish() {
  help_until([] { return false; });
}

void Workers::drop() {
  Lock lock(mutex_);
  calls_.clear();
  left_ = 0;
  done_.wait(lock, [this] { return running_ == 0; });
  error_ = nullptr;
}

void Workers::serve() {
  const auto is_called = [this] { return stopped_ || left_ != 0; };
  while (true) {
    wait_awake(is_called);
    Lock lock(mutex_);
    work_.wait(lock, is_called);
    if (stopped_) return;
    run_next(lock);
    done_.notify_one();
  }
}

void Workers::run_next(Lock& lock) {
  const Call call = std::move(calls_.front());
  calls_.pop_front();
  --left_;
  ++running_;
  lock.unlock();
  std::exception_ptr error;
  try {
    call();
  } catch (...) {
    error = std::current_exception();
  }
  lock.lock();
  if (error) error_ = error;
  --running_;
}

}  // namespace streamresize
