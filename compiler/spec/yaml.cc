// The one door to yaml-cpp. Its events are taken, not its nodes: they come in the order of the file
// with a position each, so limits hold while the file is read (an alias never grows beyond them),
// duplicate keys and tags are seen, and what precedes a syntax error is kept. Its exceptions end
// here.
#include "compiler/spec/yaml.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "compiler/spec/text.h"

namespace rpcsieve::compiler {
namespace {

// Stop ends the reading of a file that met a limit; the diagnostic is out already.
struct Stop {};

struct Size {
  std::size_t values = 1;
  std::size_t nesting = 1;
};

// size_of measures a tree within the limits, so the recursion is shallow.
Size size_of(const YamlNode& node) {
  Size size;
  const auto add = [&](const YamlNode& child) {
    const Size inner = size_of(child);
    size.values += inner.values;
    size.nesting = std::max(size.nesting, inner.nesting + 1);
  };
  for (const YamlNode& item : node.items) add(item);
  for (const Entry& entry : node.entries) {
    add(entry.key);
    add(entry.value);
  }
  return size;
}

std::size_t count(int from_zero) { return static_cast<std::size_t>(std::max(from_zero, 0)); }

Span at(const Text& text, const YAML::Mark& mark, std::size_t length = 1) {
  return text.place(count(mark.line), count(mark.column), length);
}

// Builder makes the tree from yaml-cpp's events.
class Builder : public YAML::EventHandler {
 public:
  Builder(const Text& text, Diagnostics& out) : text_(text), out_(out) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (!root_) return;
    out_.error("E004", at(text_, mark, 3), "a second document begins here",
               "a file holds one document: join the lists, or make two files");
    throw Stop();
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const Span span = scalar(mark, "~");
    charge(span, 1, 0);
    add(leaf(YamlNode::Kind::kNull, span), anchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_tag(mark, tag);
    YamlNode node = leaf(YamlNode::Kind::kScalar, scalar(mark, value));
    charge(node.span, 1, 0);
    node.text = value;
    add(std::move(node), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const Span span = scalar(mark, "");
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
      out_.error("E008", span, "this alias stands inside its own anchor", "write the value out");
      YamlNode nothing = leaf(YamlNode::Kind::kNull, span);
      nothing.cut = true;
      return add(std::move(nothing), 0);
    }
    const Size size = size_of(found->second);
    charge(span, size.values, size.nesting);
    add(found->second, 0);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(YamlNode::Kind::kList, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(YamlNode::Kind::kMap, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

  // last is where the last scalar begins that was read.
  [[nodiscard]] const YAML::Mark& last() const { return last_; }

  // finish closes what a mistake left open and gives the tree.
  std::optional<YamlNode> finish() {
    while (!open_.empty()) {
      open_.back().node.cut = true;
      open_.back().anchor = 0;
      if (open_.back().key) {
        YamlNode missing = leaf(YamlNode::Kind::kNull, open_.back().key->span);
        missing.cut = true;
        add(std::move(missing), 0);
      }
      close();
    }
    return std::move(root_);
  }

 private:
  // Open is a list or map whose end has not come.
  struct Open {
    YamlNode node;
    YAML::anchor_t anchor;
    std::optional<YamlNode> key;                // that waits for its value
    std::map<std::string, std::uint32_t> seen;  // keys, and the line of the first
  };

  // scalar gives a scalar's place, and remembers that the file was read up to there.
  Span scalar(const YAML::Mark& mark, std::string_view value) {
    last_ = mark;
    return text_.scalar(count(mark.line), count(mark.column), value);
  }

  static YamlNode leaf(YamlNode::Kind kind, Span span) {
    YamlNode node;
    node.kind = kind;
    node.span = std::move(span);
    return node;
  }

  void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    // "?" is a plain scalar without a tag, "!" a quoted one [YAML 1.2 §6.9.1].
    if (tag.empty() || tag == "?" || tag == "!") return;
    out_.error("E014", scalar(mark, ""), fmt::format("YAML tag '{}'", tag),
               "leave the tag out: the key says what its value is");
  }

  // charge counts values that are about to be added at the current nesting.
  void charge(const Span& span, std::size_t values, std::size_t nesting) {
    if (open_.size() + nesting > kMaxNesting) {
      out_.error("E006", span, fmt::format("values are nested more than {} deep", kMaxNesting),
                 "no detection needs that: look for a bracket that is not closed");
      throw Stop();
    }
    values_ += values;
    if (values_ <= kMaxValues) return;
    out_.error("E007", span, fmt::format("the file has more than {} values", kMaxValues),
               "aliases count as what they stand for: write fewer, or split the file");
    throw Stop();
  }

  void open(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag,
            YAML::anchor_t anchor) {
    refuse_tag(mark, tag);
    const Span span = at(text_, mark);
    charge(span, 1, 1);
    open_.push_back({leaf(kind, span), anchor, std::nullopt, {}});
  }

  void close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    // A block map has no bracket to point at: its first key stands for it.
    if (!done.node.entries.empty()) done.node.span = done.node.entries[0].key.span;
    // yaml-cpp makes up an empty key before it notices that a map has no end.
    for (const Entry& entry : done.node.entries)
      if (entry.key.kind == YamlNode::Kind::kNull && !done.node.cut)
        out_.error("E012", entry.key.span, "a key must be a word", "write 'key: value'");
    add(std::move(done.node), done.anchor);
  }

  // add puts a finished value where it belongs, and remembers it if it has an anchor.
  void add(YamlNode node, YAML::anchor_t anchor) {
    if (anchor != 0) {
      charge(node.span, size_of(node).values, 0);
      anchors_.insert_or_assign(anchor, node);
    }
    if (open_.empty()) {
      root_ = std::move(node);
    } else if (Open& parent = open_.back(); parent.node.kind == YamlNode::Kind::kList) {
      if (node.kind == YamlNode::Kind::kNull && !node.cut) node.span = parent.node.span;
      parent.node.items.push_back(std::move(node));
    } else if (parent.key) {
      // Nothing has no place of its own: yaml-cpp gives that of whatever comes next.
      if (node.kind == YamlNode::Kind::kNull && !node.cut) node.span = parent.key->span;
      parent.node.entries.push_back({std::move(*parent.key), std::move(node)});
      parent.key.reset();
    } else {
      add_key(parent, std::move(node));
    }
  }

  void add_key(Open& parent, YamlNode key) {
    if (key.kind != YamlNode::Kind::kScalar) {
      key = leaf(YamlNode::Kind::kNull, key.span);
    } else if (const auto [at, fresh] = parent.seen.emplace(key.text, key.span.line); !fresh) {
      out_.error("E009", key.span, fmt::format("duplicate key '{}'", key.text),
                 fmt::format("it stands on line {} already: keep one", at->second));
    }
    parent.key = std::move(key);
  }

  const Text& text_;
  Diagnostics& out_;
  std::optional<YamlNode> root_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, YamlNode> anchors_;
  std::size_t values_ = 0;
  YAML::Mark last_;
};

// find_tab looks for a tab in the indentation of the line of a syntax error, or the one before:
// yaml-cpp stumbles at odd places behind it.
std::optional<Span> find_tab(const Text& text, std::size_t line) {
  for (const std::size_t back : {0U, 1U}) {
    if (line < back || line - back >= text.lines().size()) continue;
    const std::string_view whole = text.lines()[line - back];
    const std::size_t tab = whole.substr(0, whole.find_first_not_of(" \t")).find('\t');
    if (tab != std::string_view::npos) return text.place(line - back, tab, 1);
  }
  return std::nullopt;
}

// report_syntax says what yaml-cpp could not read.
void report_syntax(const YAML::Exception& e, const Text& text, const YAML::Mark& last,
                   Diagnostics& out) {
  const bool in_quotes =
      e.msg == YAML::ErrorMsg::EOF_IN_SCALAR || e.msg == YAML::ErrorMsg::DOC_IN_SCALAR;
  const auto quote =
      in_quotes ? text.open_quote(count(last.line), count(last.column)) : std::nullopt;
  if (quote) {
    out.error("E001", *quote, "YAML: this quote is not closed",
              "close it; within single quotes, write a quote twice");
  } else if (const auto tab = find_tab(text, count(e.mark.line))) {
    out.error("E003", *tab, "a tab in the indentation",
              "indent with spaces: YAML forbids tabs there");
  } else {
    out.error("E001", at(text, e.mark), "YAML: " + e.msg,
              "look at the quotes, colons and indentation here and on the line before");
  }
}

}  // namespace

std::optional<YamlNode> load(const std::shared_ptr<const Source>& source, Diagnostics& out) {
  if (source->text.size() > kMaxFileBytes) {
    out.error("E005", {source, 1, 1, 0},
              fmt::format("the file is longer than {} bytes", kMaxFileBytes), "split it");
    return std::nullopt;
  }
  const Text text(source);
  Builder builder(text, out);
  bool whole = false;
  try {
    // Without an end marker, yaml-cpp takes a quote that is not closed for closed by the last line.
    std::istringstream stream(text.readable(out) + "\n...\n");
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
      // a second document stops the builder
    }
    whole = true;
  } catch (const YAML::Exception& e) {
    report_syntax(e, text, builder.last(), out);
  } catch (const Stop&) {
    // said already
  }
  auto root = builder.finish();
  const bool empty = !root || root->kind == YamlNode::Kind::kNull;
  if (empty && whole)
    out.error("E013", text.place(0, 0, 0), "the file is empty", "begin it with 'rpcsieve: 1'");
  return empty ? std::nullopt : std::move(root);
}

}  // namespace rpcsieve::compiler
