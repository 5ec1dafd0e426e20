#include <gtest/gtest.h>
#include <hs/hs.h>
#include <yaml-cpp/yaml.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/support/forge.h"

// zerologon-attempt must see eight zero bytes at their place and nowhere else. Here its patterns,
// as shipped, meet stubs laid out by the specification [MS-NRPC §3.5.4.4.1, §3.5.4.4.2; C706 §14;
// MS-RPCE §2.2.5]: every combination of transfer syntax, name length, padding and credential.

namespace rpcsieve::test {
namespace {

constexpr std::string_view kRule = "/rules/lateral-movement/zerologon-attempt.yaml";

// Patterns is what one alternative of the rule looks for: any of its regular expressions.
class Patterns {
 public:
  explicit Patterns(const std::vector<std::string>& regexes) {
    for (const std::string& regex : regexes) compile(regex);
    hs_scratch_t* scratch = nullptr;
    for (const auto& database : databases_) {
      EXPECT_EQ(hs_alloc_scratch(database.get(), &scratch), HS_SUCCESS);
    }
    scratch_.reset(scratch);
  }

  [[nodiscard]] bool match(const Buffer& stub) const {
    bool found = false;
    for (const auto& database : databases_) {
      hs_scan(database.get(), reinterpret_cast<const char*>(stub.data()),
              static_cast<unsigned>(stub.size()), 0, scratch_.get(), &on_match, &found);
    }
    return found;
  }

 private:
  // As the compiler has it: the dot matches every byte, and `$` is the very end.
  void compile(std::string regex) {
    ASSERT_EQ(regex.back(), '$');
    regex.replace(regex.size() - 1, 1, "\\z");
    hs_database_t* database = nullptr;
    hs_compile_error_t* error = nullptr;
    hs_compile(regex.c_str(), HS_FLAG_DOTALL, HS_MODE_BLOCK, nullptr, &database, &error);
    ASSERT_EQ(error, nullptr) << error->message;
    databases_.emplace_back(database);
  }

  static int on_match(unsigned, unsigned long long, unsigned long long, unsigned, void* found) {
    *static_cast<bool*>(found) = true;
    return 0;
  }

  struct Free {
    void operator()(hs_database_t* database) const { hs_free_database(database); }
    void operator()(hs_scratch_t* scratch) const { hs_free_scratch(scratch); }
  };
  std::vector<std::unique_ptr<hs_database_t, Free>> databases_;
  std::unique_ptr<hs_scratch_t, Free> scratch_;
};

// patterns_of gives the regular expressions that the rule has for an operation.
Patterns patterns_of(std::string_view operation) {
  const YAML::Node file = YAML::LoadFile(std::string(RPCSIEVE_SOURCE_DIR).append(kRule));
  std::vector<std::string> regexes;
  for (const YAML::Node& alternative : file["detections"][0]["when"]["call"]["any"]) {
    bool fits = false;
    const YAML::Node names = alternative["operation"];
    if (names.IsScalar()) fits = names.Scalar() == operation;
    for (const YAML::Node& name : names) fits = fits || name.Scalar() == operation;
    if (!fits) continue;
    for (const YAML::Node& term : alternative["stub"][0]["any"]) {
      regexes.push_back(term["regex"].Scalar());
    }
  }
  EXPECT_FALSE(regexes.empty()) << operation;
  return Patterns(regexes);
}

// Syntax is the transfer syntax: the size of counts and pointers.
enum class Syntax { kNdr, kNdr64 };

// Stub lays out a request's parameters.
class Stub {
 public:
  explicit Stub(Syntax syntax) : word_(syntax == Syntax::kNdr ? 4 : 8) {}

  // pointer is a unique pointer: a referent, or null.
  Stub& pointer(bool null) { return word(null ? 0 : 0x20000); }
  // text is a conformant varying string: three counts, and units with their terminator.
  Stub& text(const Buffer& units) {
    wire_.align(word_);
    const std::size_t count = units.size() / 2 + 1;
    word(count).word(0).word(count);
    wire_.bytes(units).zeros(2);
    return *this;
  }
  Stub& channel_type() {  // an enumeration: two bytes in NDR, four in NDR64
    wire_.align(word_ / 2);
    if (word_ == 4) {
      wire_.u16(6);
    } else {
      wire_.u32(6);
    }
    return *this;
  }
  Stub& bytes(const Buffer& value) {
    wire_.bytes(value);
    return *this;
  }
  // pad aligns with bytes that are not zero, as some senders do.
  Stub& pad(std::size_t alignment) {
    while (wire_.size() % alignment != 0) wire_.u8(0xbf);
    return *this;
  }
  Stub& flags(std::uint32_t value) {
    wire_.u32(value);
    return *this;
  }
  [[nodiscard]] Buffer build() const { return wire_.build(); }

 private:
  Stub& word(std::uint64_t value) {
    if (word_ == 4) {
      wire_.u32(value);
    } else {
      wire_.u64(value);
    }
    return *this;
  }

  Wire wire_;
  std::size_t word_;
};

struct Layout {
  Syntax syntax;
  bool null_server;  // PrimaryName is optional
  Buffer computer;   // ComputerName, UTF-16
};

// req_challenge is NetrServerReqChallenge; `trailer`: a verification trailer followed, of which the
// padding in front of it is left.
Buffer req_challenge(const Layout& layout, const Buffer& challenge, bool trailer) {
  Stub stub(layout.syntax);
  stub.pointer(layout.null_server);
  if (!layout.null_server) stub.text(Wire().utf16("\\\\DC01").build());
  stub.text(layout.computer).bytes(challenge);
  if (trailer) stub.pad(4);
  return stub.build();
}

// authenticate is NetrServerAuthenticate2 or 3.
Buffer authenticate(const Layout& layout, const Buffer& credential, std::uint32_t flags) {
  Stub stub(layout.syntax);
  stub.pointer(layout.null_server);
  if (!layout.null_server) stub.text(Wire().utf16("\\\\DC01").build());
  stub.text(Wire().utf16("DC01$").build()).channel_type().text(layout.computer);
  return stub.bytes(credential).pad(4).flags(flags).build();
}

const Buffer kZero(8, 0);

// credentials: the all-zero one, and its near misses with one byte set, or two at either end.
std::vector<Buffer> credentials() {
  std::vector<Buffer> all = {kZero};
  for (std::size_t at = 0; at < 8; ++at) {
    for (const char* byte : {"01", "80", "ff"}) {
      all.push_back(kZero);
      all.back()[at] = hex(byte).front();
    }
  }
  for (const char* digits : {"0102000000000000", "0000000000000102", "000000009a9b9c9d",
                             "643ab370c69ef430", "ffffffffffffffff", "0100010001000100"}) {
    all.push_back(hex(digits));
  }
  return all;
}

// layouts: names of even and odd length, empty, and with characters whose bytes look like counts.
std::vector<Layout> layouts() {
  std::vector<Layout> all;
  for (const char* name :
       {"", "4400", "44004300", "440043003100", "4400430030003100", "0001", "00010001", "0041",
        "0100", "01000100", "410001000100", "41000100", "410042000100", "00010100"}) {
    for (const Syntax syntax : {Syntax::kNdr, Syntax::kNdr64}) {
      for (const bool null_server : {true, false}) all.push_back({syntax, null_server, hex(name)});
    }
  }
  return all;
}

std::string describe(const Layout& layout, const Buffer& credential) {
  std::string out = layout.syntax == Syntax::kNdr ? "NDR" : "NDR64";
  out += layout.null_server ? ", no server, name" : ", server, name";
  for (const Buffer* bytes : {&layout.computer, &credential}) {
    out += " ";
    for (const std::uint8_t byte : *bytes) {
      out += "0123456789abcdef"[byte >> 4];
      out += "0123456789abcdef"[byte & 15];
    }
  }
  return out;
}

TEST(Zerologon, SeesOnlyAZeroChallengeAtTheEnd) {
  const Patterns patterns = patterns_of("NetrServerReqChallenge");
  for (const Layout& layout : layouts()) {
    for (const Buffer& challenge : credentials()) {
      for (const bool trailer : {false, true}) {
        EXPECT_EQ(patterns.match(req_challenge(layout, challenge, trailer)), challenge == kZero)
            << describe(layout, challenge) << (trailer ? ", trailer" : "");
      }
    }
  }
}

TEST(Zerologon, SeesOnlyAZeroCredentialBeforeTheFlags) {
  for (const char* operation : {"NetrServerAuthenticate2", "NetrServerAuthenticate3"}) {
    const Patterns patterns = patterns_of(operation);
    for (const Layout& layout : layouts()) {
      for (const Buffer& credential : credentials()) {
        for (const std::uint32_t flags : {0x212fffffU, 0U, 1U, 0x100U}) {
          EXPECT_EQ(patterns.match(authenticate(layout, credential, flags)), credential == kZero)
              << operation << " " << describe(layout, credential) << ", flags " << flags;
        }
      }
    }
  }
}

// Stubs that are no such calls at all, but have their zeros.
TEST(Zerologon, IgnoresZerosElsewhere) {
  const Patterns challenge = patterns_of("NetrServerReqChallenge");
  const Patterns credential = patterns_of("NetrServerAuthenticate3");
  for (const Buffer& stub :
       {Buffer(), Buffer(8, 0), Buffer(9, 0), Buffer(64, 0), hex("0100000000000000"),
        Wire().utf16("\\\\10.0.0.1").zeros(8).u32(1).u32(1).zeros(8).u64(~0ULL).zeros(4).build()}) {
    EXPECT_FALSE(challenge.match(stub)) << stub.size();
    EXPECT_FALSE(credential.match(stub)) << stub.size();
  }
}

}  // namespace
}  // namespace rpcsieve::test
