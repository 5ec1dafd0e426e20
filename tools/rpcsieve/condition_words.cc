// A database knows patterns only as Hyperscan reads them. The compiler writes a literal as nothing
// but \xhh escapes, so what was a literal can be told from a regular expression, and its bytes read
// back.
#include "tools/rpcsieve/condition_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "runtime/base/bytes.h"

namespace rpcsieve::cli {
namespace {

// HS_FLAG_CASELESS; Hyperscan's headers come in elsewhere.
constexpr std::uint32_t kCaseless = 1;
constexpr std::size_t kShownBytes = 64;

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// literal reads the bytes of an expression that consists of \xhh.
std::optional<std::string> literal(std::string_view expression) {
  std::string out;
  if (expression.size() % 4 != 0) return std::nullopt;
  for (; !expression.empty(); expression.remove_prefix(4)) {
    const int high = digit(expression[2]), low = digit(expression[3]);
    if (expression.substr(0, 2) != "\\x" || high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high << 4 | low);
  }
  return out;
}

bool is_text(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

// narrow takes the zeros out of UTF-16 of ASCII; nullopt if it is none.
std::optional<std::string> narrow(std::string_view bytes) {
  std::string out;
  if (bytes.size() % 2 != 0) return std::nullopt;
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    if (bytes[i + 1] != 0) return std::nullopt;
    out += bytes[i];
  }
  return is_text(out) ? std::optional(out) : std::nullopt;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text.substr(0, kShownBytes)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + (text.size() > kShownBytes ? "...\"" : "\"");
}

std::string hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes.substr(0, kShownBytes))
    out += fmt::format("{}{:02x}", out.empty() ? "" : " ", static_cast<std::uint8_t>(c));
  return '"' + out + (bytes.size() > kShownBytes ? " ...\"" : "\"");
}

std::string item(std::string_view expression) {
  const auto bytes = literal(expression);
  if (!bytes) return "regex: " + quoted(expression);
  if (const auto text = narrow(*bytes)) return "utf16: " + quoted(*text);
  return is_text(*bytes) ? "text: " + quoted(*bytes) : "hex: " + hex(*bytes);
}

const database::InterfaceRow* find(const database::Database& database, const Uuid& uuid) {
  return database.find_interface(uuid, 0);
}

}  // namespace

std::string interface_words(const database::Database& database, const Uuid& uuid) {
  const auto* row = find(database, uuid);
  const bool named = row != nullptr && row->name.length > 0;
  return named ? std::string(database.text(row->name)) : print(uuid);
}

std::string operation_words(const database::Database& database, const Uuid& uuid,
                            std::uint16_t opnum) {
  const auto* interface = find(database, uuid);
  const auto* row = interface == nullptr ? nullptr : database.find_operation(*interface, opnum);
  if (row == nullptr || row->name.length == 0) return std::to_string(opnum);
  return fmt::format("{} ({})", database.text(row->name), opnum);
}

std::string operations_words(const database::Database& database, const Uuid& uuid,
                             std::span<const database::WatchRow> runs) {
  std::string out;
  for (const auto& run : runs) {
    if (!out.empty()) out += ", ";
    out += run.first == run.last ? operation_words(database, uuid, run.first)
                                 : fmt::format("{}-{}", run.first, run.last);
  }
  return out;
}

std::string file_words(const database::Database& database, const database::FileRow& row) {
  const std::string name = "files " + std::string(database.text(row.name));
  return row.share.length == 0 ? name : fmt::format("{} on {}", name, database.text(row.share));
}

std::string outcome_words(std::uint8_t outcomes) {
  constexpr std::string_view kNames[] = {"success", "denied",   "failed",
                                         "fault",   "answered", "unanswered"};
  std::string out;
  for (unsigned i = 0; i < std::size(kNames); ++i)
    if ((outcomes & 1U << i) != 0) out += (out.empty() ? "" : " or ") + std::string(kNames[i]);
  return out;
}

std::string window_words(std::int64_t us) {
  return fmt::format("{:g} s", static_cast<double>(us) / 1e6);
}

std::string auth_words(const database::Database& database, const database::ConditionRow& row) {
  constexpr std::string_view kLevels[] = {"none",   "none",      "connect", "call",
                                          "packet", "integrity", "privacy"};
  std::vector<std::string> words;
  std::vector<std::string_view> levels;
  for (unsigned level = 0; level < std::size(kLevels); ++level)
    if ((row.auth_levels & 1U << level) != 0 && level != 1) levels.push_back(kLevels[level]);
  if (row.auth_levels != database::kEveryLevel)
    words.push_back(fmt::format("{}", fmt::join(levels, " or ")));
  std::vector<std::string> types;
  for (const std::uint8_t type : database.auth_types(row.auth_types))
    types.push_back(dcerpc::name(static_cast<dcerpc::AuthType>(type)));
  if (!types.empty()) words.push_back(fmt::format("{}", fmt::join(types, " or ")));
  return fmt::format("{}", fmt::join(words, ", "));
}

std::string auth_words(const dcerpc::Auth& auth) {
  if (auth.level == dcerpc::AuthLevel::kNone) return "none";
  return dcerpc::name(auth.level) + ", " + dcerpc::name(auth.type);
}

std::string pattern_words(std::string_view expression, std::uint32_t flags) {
  const bool nocase = (flags & kCaseless) != 0;
  return fmt::format("{{{}{}}}", item(expression), nocase ? ", nocase: true" : "");
}

std::string clause_words(const database::Database& database, const database::ClauseRow& clause) {
  std::vector<std::string> terms;
  for (const auto& term : database.terms(clause.terms)) {
    const auto& pattern = database.patterns()[term.pattern];
    terms.push_back((term.negated != 0 ? "no " : "") +
                    pattern_words(database.text(pattern.expression), pattern.flags));
  }
  return terms.size() == 1 ? terms[0] : fmt::format("one of {}", fmt::join(terms, ", "));
}

}  // namespace rpcsieve::cli
