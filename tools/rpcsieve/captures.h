#pragma once

#include <functional>
#include <string>
#include <vector>

#include "runtime/base/timestamp.h"
#include "runtime/engine/dealer.h"
#include "tools/rpcsieve/console.h"

namespace rpcsieve::cli {

// CaptureFiles are the files that CAPTURE arguments name, in the order of the arguments, those of a
// folder by name.
struct CaptureFiles {
  std::vector<std::string> files;
  Status status = Status::kDone;  // kFailed if an argument could not be followed
};

// find_captures follows the arguments: folders are searched with all below them for captures, by
// name (.pcap, .pcapng, .cap, also .gz) or content; what is none there is named on standard error
// and left out.
CaptureFiles find_captures(const std::vector<std::string>& arguments);

// Playback says what play() does beside reading.
struct Playback {
  bool progress = true;                                // draw a bar, if that is possible
  std::function<void(const std::string& file)> begin;  // a file follows
  std::function<bool(Timestamp now)> step;             // after each packet; false stops everything
  std::function<void()> end;                           // the file's last record was given
};

// play deals the packets of the files, each file from an empty state. A file that cannot be read,
// or only up to some damage, is complained about and makes the status kFailed; the others are read
// all the same.
Status play(const CaptureFiles& captures, engine::Dealer& dealer, const Playback& playback);

}  // namespace rpcsieve::cli
