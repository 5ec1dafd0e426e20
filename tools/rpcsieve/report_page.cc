// rpcsieve report: EVE events as one HTML page, and as a layer of the ATT&CK Navigator. What is
// said of the events is the room tools/page's; here files are read line by line and written.
#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "runtime/capture/input.h"
#include "tools/page/page.h"
#include "tools/rpcsieve/commands.h"
#include "tools/rpcsieve/output.h"

namespace rpcsieve::cli {
namespace {

constexpr std::size_t kMaxLineBytes = std::size_t{16} << 20;
constexpr std::size_t kChunkBytes = std::size_t{1} << 16;

struct ReportOptions {
  std::vector<std::string> events;
  std::string page;
  std::string navigator;
};

// Lines cuts what is pushed into lines, for a scan. Of a line that is too long nothing is kept but
// its beginning, which is no event.
class Lines {
 public:
  explicit Lines(page::Scan& scan) : scan_(scan) {}

  void push(std::string_view bytes) {
    while (!bytes.empty()) {
      const std::size_t end = bytes.find('\n');
      const std::string_view part = bytes.substr(0, end);
      line_.append(part.substr(0, kMaxLineBytes - std::min(kMaxLineBytes, line_.size())));
      if (end == std::string_view::npos) return;
      finish();
      bytes.remove_prefix(end + 1);
    }
  }
  void finish() {
    scan_.add(line_);
    line_.clear();
  }

 private:
  page::Scan& scan_;
  std::string line_;
};

// read_events reads one file, up to where it is broken.
Status read_events(const std::string& path, page::Scan& scan) {
  std::string error;
  const auto input = capture::Input::open(path, error);
  scan.begin(path == "-" ? "standard input" : path);
  if (!input) {
    complain("cannot read {}: {}", path, error);
    return Status::kFailed;
  }
  Lines lines(scan);
  std::vector<std::uint8_t> chunk(kChunkBytes);
  for (std::size_t n = chunk.size(); n == chunk.size();) {
    n = input->read(chunk.data(), chunk.size());
    lines.push({reinterpret_cast<const char*>(chunk.data()), n});
  }
  lines.finish();
  if (input->failure().empty()) return Status::kDone;
  complain("cannot read {} to its end: {}", path, input->failure());
  return Status::kFailed;
}

// complain_of_lines tells what is in a file that is no event, and what of a scan is missing there.
Status complain_of_lines(const page::EveFile& file) {
  if (file.own && !file.finished) {
    complain("{}: no stats event at its end: the scan was cut off", file.name);
  }
  if (file.malformed == 0) return Status::kDone;
  complain("{}: {} of {} lines are no EVE events, left out", file.name, file.malformed, file.lines);
  return Status::kFailed;
}

std::string summary(const page::Scan& scan) {
  std::uint64_t lines = 0;
  for (const auto& file : scan.files()) lines += file.lines;
  const std::uint64_t left_out = scan.alerts_left_out() + scan.blind_spots_left_out();
  return fmt::format("alerts {}, blind spots {}, other events {}, lines {}, malformed {}{}",
                     scan.alerts().rows(), scan.blind_spots().rows(), scan.other_events(), lines,
                     scan.malformed(),
                     left_out == 0 ? "" : fmt::format("; beyond the page's limits {}", left_out));
}

Status report(const ReportOptions& options) {
  Status status = Status::kDone;
  page::Scan scan;
  for (const std::string& path : options.events) status = worse(status, read_events(path, scan));
  for (const auto& file : scan.files()) status = worse(status, complain_of_lines(file));
  if (!replace_file(options.page, page::print_page(scan))) status = Status::kFailed;
  const std::string layer =
      scan.techniques().layer("Alerts by technique; a score is their number.");
  if (!options.navigator.empty() && !replace_file(options.navigator, layer)) {
    status = Status::kFailed;
  }
  say(summary(scan));
  return status;
}

}  // namespace

void add_report(CLI::App& app, Status& status) {
  auto options = std::make_shared<ReportOptions>();
  CLI::App* command = app.add_subcommand("report", "Make a page of a scan's events");
  command
      ->add_option("EVE", options->events,
                   "EVE JSON lines of scan --eve or of Suricata, also gzip; - for stdin")
      ->required();
  command->add_option("-o,--output", options->page, "The page; - is standard output")
      ->type_name("FILE.html")
      ->required();
  command->add_option("--navigator", options->navigator, "Write an ATT&CK Navigator layer there")
      ->type_name("FILE.json");
  command->footer("Example:\n  rpcsieve report eve.json -o report.html --navigator layer.json");
  command->callback([options, &status] { status = report(*options); });
}

}  // namespace rpcsieve::cli
