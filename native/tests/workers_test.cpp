#include "workers.hpp"

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

#include "check.hpp"

using namespace streamresize;

TEST(workers_make_every_call_once) {
  for (const unsigned count : {0U, 1U, 4U}) {
    Workers workers(count);
    for (std::size_t calls = 0; calls < 50; ++calls) {
      std::vector<int> made(calls);
      for (int& times : made) workers.add([&times] { ++times; });
      workers.finish();
      CHECK(std::ranges::all_of(made, [](int times) { return times == 1; }));
    }
  }
}

TEST(workers_begin_at_once) {
  Workers workers(1);
  std::atomic<bool> called = false;
  workers.add([&] { called = true; });
  while (!called) std::this_thread::yield();
  workers.finish();
}

// Two calls that wait for each other come to an end only in two threads.
TEST(workers_work_at_the_same_time) {
  Workers workers(2);
  std::atomic<int> arrived = 0;
  for (int i = 0; i < 3; ++i) {
    workers.add([&] {
      ++arrived;
      while (arrived < 3) std::this_thread::yield();
    });
  }
  workers.finish();
  CHECK(arrived == 3);
}

TEST(workers_wait_for_calls_that_others_make) {
  Workers workers(1);
  for (int round = 0; round < 200; ++round) {
    std::atomic<bool> begun = false;
    bool ended = false;
    workers.add([&] {
      begun = true;
      std::this_thread::yield();
      ended = true;
    });
    while (!begun) std::this_thread::yield();
    workers.finish();
    CHECK(ended);
  }
}

TEST(workers_hand_on_what_a_call_throws) {
  Workers workers(1);
  for (int round = 0; round < 50; ++round) {
    std::atomic<int> calls = 0;
    bool thrown = false;
    for (int i = 0; i < 8; ++i) {
      workers.add([&calls, i] {
        ++calls;
        if (i == 3) throw std::runtime_error("3");
      });
    }
    try {
      workers.finish();
    } catch (const std::runtime_error&) {
      thrown = true;
    }
    CHECK(thrown);
    CHECK(calls == 8);
  }
}

TEST(workers_help_until_what_is_wanted_is_done) {
  Workers workers(0);
  std::vector<int> made;
  for (int i = 0; i < 5; ++i) workers.add([&made, i] { made.push_back(i); });
  workers.help_until([&] { return made.size() == 2; });
  CHECK((made == std::vector<int>{0, 1}));
  workers.finish();
  CHECK((made == std::vector<int>{0, 1, 2, 3, 4}));
}

TEST(workers_forget_what_nobody_has_begun) {
  Workers workers(0);
  int calls = 0;
  for (int i = 0; i < 3; ++i) workers.add([&] { ++calls; });
  workers.drop();
  workers.finish();
  CHECK(calls == 0);
}

TEST(workers_do_not_forget_what_has_begun) {
  Workers workers(1);
  for (int round = 0; round < 200; ++round) {
    std::atomic<bool> begun = false;
    bool ended = false;
    workers.add([&] {
      begun = true;
      std::this_thread::yield();
      ended = true;
    });
    while (!begun) std::this_thread::yield();
    workers.drop();
    CHECK(ended);
  }
}
