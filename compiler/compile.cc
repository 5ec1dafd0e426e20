// From paths to the Ir. Files are found first, in an order that depends on their names alone; then
// every phase runs over all of them, whatever an earlier one had to say, so that one run reports
// everything.
#include "compiler/compile.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <memory>
#include <set>
#include <system_error>

#include "compiler/ir/lower.h"
#include "compiler/spec/spec.h"
#include "compiler/spec/yaml.h"

namespace rpcsieve::compiler {
namespace {

namespace fs = std::filesystem;
using SourcePtr = std::shared_ptr<const Source>;

bool is_yaml(const fs::path& path) {
  return path.extension() == ".yaml" || path.extension() == ".yml";
}

// Reader collects the sources of one run.
class Reader {
 public:
  Reader(Diagnostics& out, std::string& io_error) : out_(out), io_error_(io_error) {}

  void read(const fs::path& path) {
    std::error_code error;
    const bool is_folder = fs::is_directory(path, error);
    if (is_folder) {
      for (const fs::path& file : files_of(path)) add(file, true);
    } else {
      add(path, false);
    }
    const fs::path folder = is_folder ? path : path.parent_path() / ".";
    if (const fs::path found = find_upwards(folder, "variables.yaml"); !found.empty())
      add(found, false);
    if (lock_path.empty()) lock_path = (folder / "sids.lock").lexically_normal();
    if (const fs::path found = find_upwards(folder, "sids.lock"); !found.empty()) add_lock(found);
  }

  std::vector<Spec> specs;
  Variables variables;
  SourcePtr lock;
  fs::path lock_path;

 private:
  // fail keeps the first failure: later ones often follow from it.
  void fail(const fs::path& path, const std::string& why) {
    if (io_error_.empty()) io_error_ = fmt::format("{}: {}", path.string(), why);
  }

  // files_of gives the YAML files of a folder and those below it, by path.
  std::vector<fs::path> files_of(const fs::path& folder) {
    std::vector<fs::path> files;
    std::error_code error;
    for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end;
         at.increment(error)) {
      std::error_code ignored;
      if (at->is_regular_file(ignored) && is_yaml(at->path())) files.push_back(at->path());
    }
    if (error) fail(folder, error.message());
    if (files.empty()) fail(folder, "no detections: there is no *.yaml in it");
    std::sort(files.begin(), files.end());
    return files;
  }

  // read_source reads a file, one byte beyond the limit at most: its reader refuses it then.
  SourcePtr read_source(const fs::path& path, std::size_t limit = kMaxFileBytes) {
    std::ifstream in(path, std::ios::binary);
    std::string text;
    for (std::size_t piece = kMaxFileBytes; in && text.size() <= limit;) {
      const std::size_t had = text.size();
      text.resize(std::min(had + piece, limit) + 1);
      in.read(text.data() + had, static_cast<std::streamsize>(text.size() - had));
      text.resize(had + static_cast<std::size_t>(in.gcount()));
    }
    if (!in && !in.eof()) {
      fail(path, std::error_code(errno, std::generic_category()).message());
      return nullptr;
    }
    return std::make_shared<const Source>(Source{path.string(), std::move(text)});
  }

  // is_new says whether a file was not read yet, under whatever path.
  bool is_new(const fs::path& path) {
    std::error_code error;
    const fs::path real = fs::canonical(path, error);
    return error || seen_.insert(real).second;
  }

  void add(const fs::path& path, bool may_be_suite) {
    if (!is_new(path)) return;
    const SourcePtr source = read_source(path);
    if (!source) return;
    if (path.filename() == "variables.yaml") return parse_variables(source, variables, out_);
    if (may_be_suite && is_suite(source)) return;
    if (auto spec = parse(source, out_)) specs.push_back(std::move(*spec));
  }

  void add_lock(const fs::path& path) {
    if (!is_new(path)) return;
    const SourcePtr found = read_source(path, kMaxLockBytes);
    if (found && found->text.size() > kMaxLockBytes)
      return out_.error("E055", {found, 0, 0, 0}, "longer than 64 MiB",
                        "a lock of that length was not written by rpcsieve: restore it");
    if (found && lock)
      out_.error("E053", {found, 1, 1, 0}, "a second sids.lock for the same rules",
                 fmt::format("{} is in use too: join the two", lock->name));
    if (!found || lock) return;
    lock = found;
    lock_path = path;
  }

  // find_upwards looks for a file in a folder, then in its parents; "" if there is none.
  static fs::path find_upwards(const fs::path& folder, const char* name) {
    std::error_code error;
    fs::path at = fs::absolute(folder, error).lexically_normal();
    for (; !error; at = at.parent_path()) {
      std::error_code ignored;
      if (fs::is_regular_file(at / name, ignored))
        return folder.is_absolute() ? at / name : fs::proximate(at / name, error);
      if (at == at.parent_path()) break;
    }
    return {};
  }

  Diagnostics& out_;
  std::string& io_error_;
  std::set<fs::path> seen_;
};

}  // namespace

std::optional<RuleSet> read_rules(const Inputs& inputs, Diagnostics& out, std::string& io_error) {
  Reader reader(out, io_error);
  for (const fs::path& path : inputs.rules) reader.read(path);
  if (!io_error.empty()) return std::nullopt;
  for (const auto& [name, addresses] : inputs.variables)
    set_variable(name, addresses, reader.variables, out);
  RuleSet rules;
  rules.ir = lower(reader.specs, Catalog::builtin(), reader.variables, out);
  check_patterns(rules.ir, out);
  rules.sids = Sids::assign(rules.ir, reader.lock.get(), out);
  rules.lock = reader.lock_path;
  if (out.has_errors()) return std::nullopt;
  if (inputs.only) keep(*inputs.only, rules.ir);
  return rules;
}

}  // namespace rpcsieve::compiler
