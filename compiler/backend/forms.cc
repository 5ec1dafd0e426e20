// The first alternative has the plain name, so that a detection which gains another keeps its
// numbers.
#include "compiler/backend/forms.h"

#include <algorithm>

namespace rpcsieve::compiler {
namespace {

// is_alternative says whether text is the number of an alternative other than the first.
bool is_alternative(std::string_view text) {
  const bool digits = text.find_first_not_of("0123456789") == std::string_view::npos;
  return digits && !text.empty() && text.front() != '0' && text != "1";
}

}  // namespace

std::string form_name(std::string_view form, std::size_t alternative) {
  std::string name(form);
  return alternative == 0 ? name : name + "-" + std::to_string(alternative + 1);
}

bool is_form(std::string_view name) {
  return std::any_of(kForms.begin(), kForms.end(), [&](std::string_view form) {
    if (name == form) return true;
    const std::size_t length = form.size() + 1;
    return form != "native" && name.size() > length && name.substr(0, form.size()) == form &&
           name[form.size()] == '-' && is_alternative(name.substr(length));
  });
}

}  // namespace rpcsieve::compiler
