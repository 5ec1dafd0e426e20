// A stub is laid out like a letter: what must begin it, some zeros, what may stand anywhere, more
// zeros, what must end it. Of each clause one wish is granted; the choices are gone through like
// the digits of a number until the judge is content.
#include "tools/forge/stub_maker.h"

#include <algorithm>

namespace rpcsieve::forge {
namespace {

constexpr std::size_t kHandleBytes = 24;  // of zeros: where a context handle would stand
constexpr std::size_t kAlignment = 8;

// Options are the samples that fulfil one clause.
using Options = std::vector<Sample>;

Sample literal(const Buffer& bytes) {
  return {bytes, std::vector<bool>(bytes.size(), false), false, false, bytes};
}

std::optional<Options> options_of(const Clause& clause, std::string& why) {
  Options options;
  std::string reason;
  for (const Wanted& wanted : clause.any) {
    auto found = sample_of(wanted, reason);
    if (found)
      options.push_back(std::move(*found));
    else
      reason.insert(0, wanted.text + ": cannot make ");
  }
  if (clause.or_nothing) options.insert(options.begin(), Sample());
  if (!options.empty()) return options;
  why = reason;
  return std::nullopt;
}

// merge lays a sample over another at the same place; false if they want different bytes there.
bool merge(Sample& under, const Sample& over) {
  for (std::size_t i = under.bytes.size(); i < over.bytes.size(); ++i) {
    under.bytes.push_back(over.bytes[i]);
    under.any.push_back(true);
  }
  for (std::size_t i = 0; i < over.bytes.size(); ++i) {
    if (over.any[i]) continue;
    if (!under.any[i] && under.bytes[i] != over.bytes[i]) return false;
    under.bytes[i] = over.bytes[i];
    under.any[i] = false;
  }
  return true;
}

void reverse(Sample& sample) {
  std::reverse(sample.bytes.begin(), sample.bytes.end());
  std::reverse(sample.any.begin(), sample.any.end());
}

// Layout collects samples by where they must stand.
class Layout {
 public:
  // add takes a sample in; false if it does not go with those before it.
  bool add(Sample sample) {
    if (sample.at_begin && sample.at_end) return put(whole_, sample) && merge(*whole_, sample);
    if (sample.at_begin) return merge(begin_, sample);
    if (sample.at_end) {
      reverse(sample);
      return merge(end_, sample);
    }
    if (!sample.bytes.empty()) free_.push_back(sample.bytes);
    return true;
  }

  // build joins them; `zeros` is how many stand between the beginning and the rest.
  [[nodiscard]] std::optional<Buffer> build(std::size_t zeros) const {
    if (whole_) return whole_->bytes;
    Wire wire;
    wire.bytes(begin_.bytes).zeros(zeros);
    for (const Buffer& bytes : free_) wire.bytes(bytes).zeros(zeros == 0 ? 0 : 2);
    if (zeros > 0) wire.align(kAlignment);
    return wire.bytes(Buffer(end_.bytes.rbegin(), end_.bytes.rend())).build();
  }

 private:
  static bool put(std::optional<Sample>& place, const Sample& sample) {
    if (!place) place = sample;
    return place->bytes.size() == sample.bytes.size();
  }

  Sample begin_;
  Sample end_;  // backwards
  std::optional<Sample> whole_;
  std::vector<Buffer> free_;
};

// next counts to the following choice; false after the last one.
bool next(std::vector<std::size_t>& choice, const std::vector<Options>& options) {
  for (std::size_t i = 0; i < choice.size(); ++i) {
    if (++choice[i] < options[i].size()) return true;
    choice[i] = 0;
  }
  return false;
}

std::optional<Buffer> attempt(const std::vector<std::size_t>& choice,
                              const std::vector<Options>& options, std::size_t zeros) {
  Layout layout;
  for (std::size_t i = 0; i < choice.size(); ++i)
    if (!layout.add(options[i][choice[i]])) return std::nullopt;
  return layout.build(zeros);
}

}  // namespace

std::optional<Sample> sample_of(const Wanted& wanted, std::string& why) {
  if (wanted.instead) return wanted.instead;
  return wanted.regex.empty() ? literal(wanted.bytes) : sample(wanted.regex, why);
}

std::vector<Sample> off_by_one(const Sample& sample) {
  std::vector<Sample> out;
  for (std::size_t left = sample.bytes.size(); left > 0; --left) {
    const std::size_t at = left - 1;
    const std::uint8_t byte = sample.bytes[at];
    if (sample.any[at]) continue;
    for (const int other : {byte + 1, byte - 1, 0, int{'x'}}) {
      if (other < 0 || other > 255 || other == byte) continue;
      out.push_back(sample);
      out.back().bytes[at] = static_cast<std::uint8_t>(other);
    }
  }
  return out;
}

std::vector<Sample> beyond(const Sample& sample) {
  std::vector<Sample> out;
  for (std::size_t left = sample.bytes.size(); left > 0; --left) {
    const std::uint8_t last = sample.last[left - 1];
    if (sample.any[left - 1] || last == sample.bytes[left - 1] || last == 0xff) continue;
    out.push_back(sample);
    out.back().bytes[left - 1] = static_cast<std::uint8_t>(last + 1);
  }
  return out;
}

std::optional<Buffer> make_stub(const std::vector<Clause>& clauses,
                                const std::function<bool(const Buffer&)>& holds, std::string& why) {
  std::vector<Options> options;
  for (const Clause& clause : clauses) {
    auto found = options_of(clause, why);
    if (!found) return std::nullopt;
    options.push_back(std::move(*found));
  }
  std::vector<std::size_t> choice(options.size());
  std::size_t tried = 0;
  do {
    for (const std::size_t zeros : {kHandleBytes, std::size_t{0}}) {
      auto stub = attempt(choice, options, zeros);
      if (stub && holds(*stub)) return stub;
    }
  } while (++tried < kMaxStubs / 2 && next(choice, options));
  why = "none of the stubs that were tried fulfils all stub conditions together";
  return std::nullopt;
}

}  // namespace rpcsieve::forge
