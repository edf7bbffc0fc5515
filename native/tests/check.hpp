// The least that tests need: named tests, checks that say where and what, a count at the end.
#pragma once

#include <iostream>
#include <string>
#include <type_traits>
#include <vector>

namespace check {

struct Test {
  const char* name;
  void (*run)();
};

inline std::vector<Test>& tests() {
  static std::vector<Test> all;
  return all;
}

inline int& failures() {
  static int count = 0;
  return count;
}

struct Registration {
  Registration(const char* name, void (*run)()) { tests().push_back({name, run}); }
};

// Characters and enumerators are printed as numbers.
template <typename T>
auto printable(const T& value) {
  if constexpr (std::is_enum_v<T>) {
    return static_cast<int>(value);
  } else if constexpr (requires { +value; }) {
    return +value;
  } else {
    return value;
  }
}

template <typename A, typename B>
void equal(const A& actual, const B& expected, const char* text, const char* file, int line) {
  if (actual == expected) return;
  ++failures();
  std::cerr << file << ":" << line << ": " << text << ": " << printable(actual) << " is not "
            << printable(expected) << "\n";
}

inline void holds(bool condition, const char* text, const char* file, int line) {
  if (condition) return;
  ++failures();
  std::cerr << file << ":" << line << ": " << text << "\n";
}

}  // namespace check

#define TEST(name)                                                   \
  static void name();                                                \
  static const check::Registration registration_##name(#name, name); \
  static void name()
#define CHECK(condition) check::holds(condition, #condition, __FILE__, __LINE__)
#define CHECK_EQUAL(actual, expected) check::equal(actual, expected, #actual, __FILE__, __LINE__)
