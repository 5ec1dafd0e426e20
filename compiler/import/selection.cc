// A Sigma rule is a formula over fields; a detection is a list of interfaces with operations. The
// bridge is to evaluate the formula once for each interface there is, as a set of numbers: and, or
// and not are then what they are for sets, and whatever the author wrote comes out in normal form.
#include "compiler/import/selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "compiler/catalog/glob.h"
#include "compiler/spec/number.h"

namespace rpcsieve::compiler {
namespace {

using Kind = Atom::Kind;

// Field is the key of a selection: "operation|startswith".
struct Field {
  std::string_view name;
  std::vector<std::string_view> modifiers;
};

Field field_of(std::string_view key) {
  Field field{key.substr(0, key.find('|')), {}};
  for (std::size_t bar = key.find('|'); bar != std::string_view::npos;) {
    const std::size_t next = key.find('|', bar + 1);
    field.modifiers.push_back(key.substr(bar + 1, next - bar - 1));
    bar = next;
  }
  return field;
}

// values_of gives the scalars of a value or list; false if something else is among them.
bool values_of(const YamlNode& node, std::vector<const YamlNode*>& values) {
  if (node.kind == YamlNode::Kind::kScalar) values.push_back(&node);
  if (node.kind == YamlNode::Kind::kList)
    for (const YamlNode& item : node.items) values.push_back(&item);
  return !values.empty() && std::all_of(values.begin(), values.end(), [](const YamlNode* value) {
    return value->kind == YamlNode::Kind::kScalar;
  });
}

// set_globs turns values into patterns; false if a modifier has no such form.
bool set_globs(const Field& field, const std::vector<const YamlNode*>& values, Atom& atom) {
  std::string_view before, behind;
  for (const std::string_view modifier : field.modifiers) {
    if (modifier == "contains")
      before = behind = "*";
    else if (modifier == "startswith")
      behind = "*";
    else if (modifier == "endswith")
      before = "*";
    else if (modifier == "all")
      atom.every = true;
    else
      return false;
  }
  for (const YamlNode* value : values)
    atom.globs.push_back(fmt::format("{}{}{}", before, value->text, behind));
  return true;
}

// numbers_of gives the numbers that a modifier and a value stand for; false if it has no such form.
bool add_numbers(std::string_view modifier, std::uint32_t value, Opnums& set) {
  if (modifier.empty())
    set.set(value);
  else if (modifier == "lt" || modifier == "lte")
    for (std::uint32_t n = 0; n < value + (modifier == "lte" ? 1U : 0U); ++n) set.set(n);
  else if (modifier == "gt" || modifier == "gte")
    for (std::uint32_t n = value + (modifier == "gt" ? 1U : 0U); n < set.size(); ++n) set.set(n);
  else
    return false;
  return true;
}

bool set_opnums(const Field& field, const std::vector<const YamlNode*>& values, Atom& atom) {
  auto set = std::make_shared<Opnums>();
  if (field.modifiers.size() > 1) return false;
  const std::string_view modifier = field.modifiers.empty() ? "" : field.modifiers[0];
  for (const YamlNode* value : values) {
    const auto number = parse_number(value->text, 0xffff);
    if (!number || !add_numbers(modifier, *number, *set)) return false;
  }
  atom.opnums = std::move(set);
  return true;
}

// is_among says whether plain values hold one.
bool is_among(std::string_view wanted, const std::vector<const YamlNode*>& values) {
  return std::any_of(values.begin(), values.end(),
                     [&](const YamlNode* value) { return glob_fits(value->text, wanted); });
}

Kind known_if(bool condition, Kind otherwise) { return condition ? Kind::kAlways : otherwise; }

// read_firewall reads a field of the RPC Firewall's records, of which number 3 is a call.
bool read_firewall(const Field& field, const std::vector<const YamlNode*>& values, Atom& atom) {
  if (field.name == "EventLog") atom.kind = known_if(is_among("RPCFW", values), Kind::kNever);
  if (field.name == "EventID") atom.kind = known_if(is_among("3", values), Kind::kNever);
  if (field.name == "InterfaceUuid") atom.kind = Kind::kUuid;
  if (field.name == "OpNum") atom.kind = Kind::kOpnum;
  if (atom.kind == Kind::kUuid) return set_globs(field, values, atom);
  if (atom.kind == Kind::kOpnum) return set_opnums(field, values, atom);
  return atom.kind != Kind::kUnknown && field.modifiers.empty();
}

bool read_zeek(const Field& field, const std::vector<const YamlNode*>& values, Atom& atom) {
  if (field.name == "endpoint") atom.kind = Kind::kInterface;
  if (field.name == "operation") atom.kind = Kind::kOperation;
  return atom.kind != Kind::kUnknown && set_globs(field, values, atom);
}

bool named(std::string_view glob, const Interface& interface) {
  return glob_fits(glob, interface.name) ||
         std::any_of(interface.aliases.begin(), interface.aliases.end(),
                     [&](std::string_view alias) { return glob_fits(glob, alias); });
}

bool named(std::string_view glob, const Operation& operation) {
  return glob_fits(glob, operation.name) ||
         std::any_of(operation.aliases.begin(), operation.aliases.end(),
                     [&](std::string_view alias) { return glob_fits(glob, alias); });
}

// is_name says whether the catalogue has something of a kind that fits.
bool is_name(std::string_view glob, Kind kind, const Catalog& catalog) {
  const auto fits = [&](const Interface& interface) {
    if (kind == Kind::kInterface) return named(glob, interface);
    return std::any_of(interface.operations.begin(), interface.operations.end(),
                       [&](const Operation& operation) { return named(glob, operation); });
  };
  return std::any_of(catalog.interfaces().begin(), catalog.interfaces().end(), fits);
}

template <class Test>
bool fits(const Atom& atom, const Test& test) {
  if (atom.every) return std::all_of(atom.globs.begin(), atom.globs.end(), test);
  return std::any_of(atom.globs.begin(), atom.globs.end(), test);
}

Opnums all_if(bool condition) { return condition ? ~Opnums() : Opnums(); }

Opnums operations_of(const Atom& atom, const Candidate& candidate) {
  Opnums set;
  if (!candidate.table) return set;
  for (const Operation& operation : candidate.table->operations)
    set[operation.number] =
        fits(atom, [&](const std::string& glob) { return named(glob, operation); });
  return set;
}

Opnums calls_of(const Atom& atom, const Candidate& candidate, bool positive) {
  switch (atom.kind) {
    case Kind::kUuid: {
      const std::string uuid = print(candidate.uuid);
      return all_if(fits(atom, [&](const std::string& glob) { return glob_fits(glob, uuid); }));
    }
    case Kind::kOpnum:
      return *atom.opnums;
    case Kind::kInterface:
      return all_if(candidate.table && fits(atom, [&](const std::string& glob) {
                      return named(glob, *candidate.table);
                    }));
    case Kind::kOperation:
      return operations_of(atom, candidate);
    case Kind::kAlways:
    case Kind::kNever:
      return all_if(atom.kind == Kind::kAlways);
    case Kind::kUnknown:
      break;
  }
  return all_if(positive);
}

Opnums calls_of(const Selection& selection, const Candidate& candidate, bool positive) {
  Opnums any;
  for (const std::vector<Atom>& alternative : selection) {
    Opnums all = ~Opnums();
    for (const Atom& atom : alternative) all &= calls_of(atom, candidate, positive);
    any |= all;
  }
  return any;
}

Opnums evaluate(const Condition& condition, const std::vector<Selection>& selections,
                const Candidate& candidate, bool positive) {
  if (condition.kind == Condition::Kind::kSelection)
    return calls_of(selections[condition.selection], candidate, positive);
  if (condition.kind == Condition::Kind::kNot)
    return ~evaluate(condition.operands[0], selections, candidate, !positive);
  const bool both = condition.kind == Condition::Kind::kAnd;
  Opnums set = all_if(both);
  for (const Condition& operand : condition.operands) {
    const Opnums one = evaluate(operand, selections, candidate, positive);
    set = both ? set & one : set | one;
  }
  return set;
}

// Reader reads the maps of one selection.
class Reader {
 public:
  Reader(LogSource source, const Catalog& catalog, std::vector<std::string>& not_kept,
         Diagnostics& out)
      : source_(source), catalog_(catalog), not_kept_(not_kept), out_(out) {}

  std::vector<Atom> read(const YamlNode& node) {
    std::vector<Atom> atoms;
    if (node.kind != YamlNode::Kind::kMap) {
      lose(node.span, "words that may stand anywhere in a record");
      return {Atom{}};
    }
    for (const Entry& entry : node.entries) atoms.push_back(read(entry));
    if (source_ == LogSource::kZeek) set_right(node, atoms);
    return atoms;
  }

 private:
  Atom read(const Entry& entry) {
    Atom atom;
    const Field field = field_of(entry.key.text);
    std::vector<const YamlNode*> values;
    const bool known = values_of(entry.value, values) &&
                       (source_ == LogSource::kZeek ? read_zeek(field, values, atom)
                                                    : read_firewall(field, values, atom));
    if (known) return atom;
    lose(entry.key.span, fmt::format("the condition on '{}'", entry.key.text));
    return {};
  }

  void lose(const Span& span, const std::string& what) {
    out_.warning("W060", span, what + " is not kept", "the detection alerts on more than the rule");
    not_kept_.push_back(what + "; so the detection alerts on more");
  }

  // set_right turns the two names round that stand in each other's place, as in rules that are in
  // use, and tells of names that no call has.
  void set_right(const YamlNode& node, std::vector<Atom>& atoms) {
    const auto nowhere = [&](const Atom& atom, Kind kind) {
      return std::none_of(atom.globs.begin(), atom.globs.end(),
                          [&](const std::string& glob) { return is_name(glob, kind, catalog_); });
    };
    for (std::size_t i = 0; i < atoms.size(); ++i) {
      Atom& atom = atoms[i];
      if (atom.kind != Kind::kInterface && atom.kind != Kind::kOperation) continue;
      const Kind other = atom.kind == Kind::kInterface ? Kind::kOperation : Kind::kInterface;
      if (nowhere(atom, atom.kind) && !nowhere(atom, other)) {
        out_.warning("W061", node.entries[i].key.span, "endpoint and operation are swapped",
                     "the detection has them right");
        atom.kind = other;
      }
      tell_of_strangers(atom, node.entries[i]);
    }
  }

  void tell_of_strangers(const Atom& atom, const Entry& entry) {
    for (const std::string& glob : atom.globs) {
      if (is_name(glob, atom.kind, catalog_)) continue;
      const std::string what = fmt::format(
          "'{}', which no {} is called", glob,
          atom.kind == Kind::kInterface ? "interface of the catalogue" : "operation of it");
      out_.warning("W062", entry.value.span, what, "it is left out");
      not_kept_.push_back(what);
    }
  }

  LogSource source_;
  const Catalog& catalog_;
  std::vector<std::string>& not_kept_;
  Diagnostics& out_;
};

std::string name_of(const Candidate& candidate) {
  return candidate.table ? std::string(candidate.table->name) : print(candidate.uuid);
}

// name_in gives the name of a number; "" if there is none that says what it does.
std::string_view name_in(const Interface* table, std::uint32_t number) {
  const Operation* operation =
      table ? find_operation(*table, static_cast<std::uint16_t>(number)) : nullptr;
  return operation && !operation->name.starts_with("Opnum") ? operation->name : "";
}

}  // namespace

Selection read_selection(const YamlNode& node, LogSource source, const Catalog& catalog,
                         std::vector<std::string>& not_kept, Diagnostics& out) {
  Reader reader(source, catalog, not_kept, out);
  Selection selection;
  if (node.kind != YamlNode::Kind::kList) {
    selection.push_back(reader.read(node));
  } else {
    for (const YamlNode& item : node.items) selection.push_back(reader.read(item));
  }
  return selection;
}

Opnums calls_of(const Condition& condition, const std::vector<Selection>& selections,
                const Candidate& candidate) {
  return evaluate(condition, selections, candidate, true);
}

std::vector<Candidate> candidates_of(const std::vector<Selection>& selections,
                                     const Catalog& catalog) {
  std::vector<Candidate> candidates;
  for (const Interface& interface : catalog.interfaces())
    candidates.push_back({interface.uuid, &interface});
  std::set<Uuid> foreign;
  for (const Selection& selection : selections)
    for (const std::vector<Atom>& alternative : selection)
      for (const Atom& atom : alternative)
        if (atom.kind == Kind::kUuid)
          for (const std::string& glob : atom.globs)
            if (const auto uuid = parse_uuid(glob); uuid && !catalog.find(*uuid))
              foreign.insert(*uuid);
  for (const Uuid& uuid : foreign) candidates.push_back({uuid, nullptr});
  return candidates;
}

bool unfold(const Condition& condition, const std::vector<Selection>& selections,
            const Catalog& catalog, std::vector<ImportedCall>& calls) {
  Candidate stranger;  // stands for every interface that nobody names
  stranger.uuid.bytes.fill(0xff);
  if (calls_of(condition, selections, stranger).any()) return false;

  for (const Candidate& candidate : candidates_of(selections, catalog)) {
    const Opnums set = calls_of(condition, selections, candidate);
    if (set.none()) continue;
    ImportedCall call;
    write_operations(set, candidate.table, call);
    const auto same = std::find_if(calls.begin(), calls.end(), [&](const ImportedCall& other) {
      return other.all_but == call.all_but && other.operations == call.operations;
    });
    if (same != calls.end()) {
      same->interfaces.push_back(name_of(candidate));
    } else {
      call.interfaces.push_back(name_of(candidate));
      calls.push_back(std::move(call));
    }
  }
  return true;
}

void write_operations(const Opnums& opnums, const Interface* table, ImportedCall& call) {
  call.all_but = opnums.count() > opnums.size() / 2;
  const Opnums listed = call.all_but ? ~opnums : opnums;
  for (std::uint32_t n = 0; n < listed.size(); ++n) {
    if (!listed[n]) continue;
    const std::string_view name = name_in(table, n);
    std::uint32_t last = n;
    while (name.empty() && last + 1 < listed.size() && listed[last + 1] &&
           name_in(table, last + 1).empty())
      ++last;
    if (last > n)
      call.operations.push_back(fmt::format("\"{}-{}\"", n, last));
    else
      call.operations.push_back(name.empty() ? std::to_string(n) : std::string(name));
    n = last;
  }
}

}  // namespace rpcsieve::compiler
