#include "loop/serving/request_values.h"

#include <cmath>

namespace cairn::serving {
namespace {

Json JsonOf(double number) { return std::isnan(number) ? Json() : Json(number); }
Json JsonOf(std::int64_t whole) { return whole; }
Json JsonOf(const Json& value) { return value; }

}  // namespace

std::size_t Values::size() const {
  return std::visit([](const auto& values) { return values.size(); }, kept_);
}

Json Values::operator[](std::size_t row) const {
  return std::visit([row](const auto& values) { return JsonOf(values[row]); }, kept_);
}

const Json& Values::At(std::size_t row, Json& made) const {
  if (const List* list = std::get_if<List>(&kept_)) return (*list)[row];
  made = (*this)[row];
  return made;
}

Values::List& Values::list() {
  if (List* list = std::get_if<List>(&kept_)) return *list;
  List list;
  list.reserve(size());
  for (std::size_t row = 0; row < size(); ++row) list.push_back((*this)[row]);
  return kept_.emplace<List>(std::move(list));
}

Values Values::Every(std::size_t stride, std::size_t first) const {
  return std::visit(
      [&]<class T>(const std::vector<T>& values) {
        std::vector<T> some;
        some.reserve(values.size() / stride + 1);
        for (std::size_t i = first; i < values.size(); i += stride) some.push_back(values[i]);
        return Values(std::move(some));
      },
      kept_);
}

bool operator==(const Values& a, const Values& b) {
  if (a.size() != b.size()) return false;
  Json one, other;
  for (std::size_t row = 0; row < a.size(); ++row)
    if (!(a.At(row, one) == b.At(row, other))) return false;
  return true;
}

}  // namespace cairn::serving
