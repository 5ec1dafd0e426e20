#include "tools/rpcsieve/listing.h"

#include "tools/rpcsieve/ordered_lines.h"
#include "tools/rpcsieve/output.h"

namespace rpcsieve::cli {

Status list_in_order(const std::vector<std::string>& captures, const Sieve& sieve,
                     const engine::Options& options, std::int64_t wait_us, const LineOf& line_of) {
  Output out("-");
  OrderedLines lines(out, wait_us);
  std::string file;
  engine::Dealer dealer(sieve.database, *sieve.matcher, options, 1,
                        [&](const alert::Record& record) {
                          auto line = line_of(record, file);
                          if (line) lines.add(line->time, line->number, std::move(line->text));
                        });
  const Playback playback{.progress = !is_terminal(STDOUT_FILENO),
                          .begin = [&](const std::string& name) { file = name; },
                          .step =
                              [&](Timestamp now) {
                                lines.advance(now);
                                return !out.failed();
                              },
                          .end = [&] { lines.finish(); }};
  const Status status = play(find_captures(captures), dealer, playback);
  return out.close() ? status : Status::kFailed;
}

}  // namespace rpcsieve::cli
