#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/diagnostic.h"

namespace rpcsieve::compiler {

// Value is a scalar as the author wrote it, with its place. The phases that follow give it meaning.
struct Value {
  std::string text;
  Span span;
};

// Spec is a file of detections as written: structure checked (keys, kinds of nodes), meaning not.
// H1 designs the rest.

}  // namespace rpcsieve::compiler
