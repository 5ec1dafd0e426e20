#include "tools/rpcsieve/captures.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

#include "runtime/capture/reader.h"
#include "runtime/packet/packet.h"

namespace rpcsieve::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 3> kExtensions = {".pcap", ".pcapng", ".cap"};
// Looking at the clock after each packet would cost more than some packets do.
constexpr std::uint64_t kPacketsPerLook = 4096;

bool is_named_capture(fs::path path) {
  if (path.extension() == ".gz") path = path.stem();
  const std::string extension = path.extension().string();
  return std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end();
}

bool belongs(const fs::path& path) {
  if (is_named_capture(path) || capture::is_capture(path.string())) return true;
  complain("{}: not a capture, left out", path.string());
  return false;
}

void add_folder(const std::string& folder, CaptureFiles& out) {
  std::vector<std::string> found;
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, error);
  for (const fs::recursive_directory_iterator end; !error && entry != end; entry.increment(error)) {
    std::error_code gone;
    if (entry->is_regular_file(gone) && belongs(entry->path())) {
      found.push_back(entry->path().string());
    }
  }
  if (error || found.empty()) {
    complain("{}: {}", folder, error ? error.message() : "holds no captures");
    out.status = Status::kFailed;
  }
  std::sort(found.begin(), found.end());
  out.files.insert(out.files.end(), found.begin(), found.end());
}

// Player reads one file after the other; its parts share what they report to.
struct Player {
  engine::Dealer& dealer;
  const Playback& playback;
  Progress& progress;
  bool stopped = false;

  Status refuse(const std::string& file, std::string_view why) {
    progress.clear();
    complain("{}: {}", file, why);
    return Status::kFailed;
  }

  void deal(capture::Reader& reader, packet::LinkType link, std::size_t index) {
    std::uint64_t packets = 0;
    for (auto run = reader.next(); !run.empty(); run = reader.next()) {
      for (const Captured& packet : run) {
        dealer.push(link, packet.bytes, packet.wire_len, packet.time);
        if (!playback.step(packet.time)) {
          stopped = true;
          return;
        }
        if (++packets % kPacketsPerLook == 0) progress.update(index, reader.progress());
      }
    }
  }

  Status play(const std::string& file, std::size_t index) {
    std::string error;
    const auto reader = capture::Reader::open(file, error);
    if (!reader) return refuse(file, error);
    const auto link = static_cast<packet::LinkType>(reader->link_type());
    if (!packet::is_known(link)) {
      return refuse(file, fmt::format("unknown link type {}", reader->link_name()));
    }
    playback.begin(file);
    deal(*reader, link, index);
    dealer.finish();
    playback.end();
    return reader->damage().empty() ? Status::kDone : refuse(file, reader->damage());
  }
};

}  // namespace

CaptureFiles find_captures(const std::vector<std::string>& arguments) {
  CaptureFiles out;
  for (const std::string& argument : arguments) {
    std::error_code error;
    if (fs::is_directory(argument, error)) {
      add_folder(argument, out);
    } else {
      out.files.push_back(argument);
    }
  }
  return out;
}

Status play(const CaptureFiles& captures, engine::Dealer& dealer, const Playback& playback) {
  Progress progress(captures.files.size(), playback.progress);
  Player player{dealer, playback, progress};
  Status status = captures.status;
  for (std::size_t i = 0; i < captures.files.size() && !player.stopped; ++i) {
    progress.update(i, 0);
    status = worse(status, player.play(captures.files[i], i));
  }
  return status;
}

}  // namespace rpcsieve::cli
