// Feeds one target with its seeds, and with changes of them that are the same every time: what ctest does
// with each target, so that none falls behind the parser that it is for. `./run fuzz` looks further. Usage:
// replay_TARGET SEEDS FINDING     SEEDS: a folder; FINDING: where the input is written that breaks it
//        replay_TARGET INPUT             feeds one file
#include <sanitizer/common_interface_defs.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr int kChanged = 4'000;  ///< Changed seeds, or fewer of a slow target.
constexpr std::chrono::seconds kLongest(4);
constexpr std::size_t kMostBytes = 1 << 16;

std::string input, finding;

/// Called when the program dies, whatever of.
void Keep() {
  if (finding.empty()) return;
  std::ofstream(finding, std::ios::binary) << input;
  std::fprintf(stderr, "the input is in %s\n", finding.c_str());
}

void OnAbort(int number) {
  Keep();
  std::signal(number, SIG_DFL);
  std::raise(number);
}

std::string Read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void Feed(std::string bytes) {
  input = std::move(bytes);
  // A copy of exactly this size, so that the sanitizer sees who reads beyond it; never null.
  const auto exact = std::make_unique<std::uint8_t[]>(input.size());
  std::copy(input.begin(), input.end(), exact.get());
  LLVMFuzzerTestOneInput(exact.get(), input.size());
}

/// Bytes and words at which parsers change their mind.
constexpr char kTelling[] = {'\0', '\1', '\n', '\r', ' ',  '"',  '\'', '#', '%',  '&',    '(',    ')',
                             ',',  '-',  '.',  '/',  ':',  '[',  '\\', ']', '{',  '}',    '0',    '9',
                             'e',  '~',  0x7F, 0x1F, 0x20, 0x40, 0x60, 'A', '\t', '\x80', '\xC0', '\xFF'};

class Changes {
 public:
  explicit Changes(const std::vector<std::string>& seeds) : seeds_(seeds) {}

  std::string Next() {
    std::string bytes = seeds_[Below(seeds_.size())];
    for (std::size_t step = 1 + Below(5); step-- > 0;) Change(bytes);
    bytes.resize(std::min(bytes.size(), kMostBytes));
    return bytes;
  }

 private:
  std::size_t Below(std::size_t end) { return end == 0 ? 0 : static_cast<std::size_t>(chance_() % end); }
  char Telling() { return kTelling[Below(std::size(kTelling))]; }

  void Change(std::string& bytes) {
    const std::size_t at = Below(bytes.size() + 1), length = 1 + Below(Below(2) == 0 ? 4 : 64);
    switch (Below(8)) {
      case 0:
        if (at < bytes.size()) bytes[at] = static_cast<char>(bytes[at] ^ (1 << Below(8)));
        break;
      case 1:
        if (at < bytes.size()) bytes[at] = Telling();
        break;
      case 2:
        bytes.insert(at, 1, Telling());
        break;
      case 3:
        bytes.insert(at, length, at < bytes.size() ? bytes[at] : Telling());
        break;
      case 4:
        bytes.erase(at, length);
        break;
      case 5:
        bytes.insert(at, bytes.substr(Below(bytes.size() + 1), length));
        break;
      case 6: {
        const std::string& other = seeds_[Below(seeds_.size())];
        bytes.replace(at, length, other.substr(Below(other.size() + 1), length));
        break;
      }
      default:
        // A number at its end, in one to eight bytes.
        for (std::size_t i = at; i < std::min(bytes.size(), at + (std::size_t{1} << Below(4))); ++i)
          bytes[i] = static_cast<char>(Below(2) == 0 ? 0xFF : 0x00);
    }
  }

  const std::vector<std::string>& seeds_;
  std::mt19937_64 chance_{20'260'101};
};

}  // namespace

int main(int count, char** words) {
  if (count == 2) {
    Feed(Read(words[1]));
    return 0;
  }
  if (count != 3) return 2;
  finding = words[2];
  __sanitizer_set_death_callback(Keep);
  std::signal(SIGABRT, OnAbort);
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(words[1])) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<std::string> seeds;
  for (const auto& file : files) seeds.push_back(Read(file));
  if (seeds.empty()) return std::fprintf(stderr, "'%s' holds no seed\n", words[1]), 2;
  for (const auto& seed : seeds) Feed(seed);
  Changes changes(seeds);
  const auto end = std::chrono::steady_clock::now() + kLongest;
  int fed = 0;
  for (; fed < kChanged && std::chrono::steady_clock::now() < end; ++fed) Feed(changes.Next());
  std::printf("%zu seeds and %d changes of them broke nothing\n", seeds.size(), fed);
}
