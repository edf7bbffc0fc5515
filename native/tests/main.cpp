#include <cstring>

#include "check.hpp"

// Runs all tests, or those whose names contain the first argument.
int main(int count, char** arguments) {
  int passed = 0;
  int failed = 0;
  for (const auto& [name, run] : check::tests()) {
    if (count > 1 && std::strstr(name, arguments[1]) == nullptr) continue;
    const int before = check::failures();
    run();
    const bool is_sound = check::failures() == before;
    if (!is_sound) std::cerr << "failed: " << name << "\n";
    ++(is_sound ? passed : failed);
  }
  std::cout << passed << " passed, " << failed << " failed\n";
  return failed == 0 ? 0 : 1;
}
