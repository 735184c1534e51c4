#include "ground/tables/duckdb/visits.h"

#include <cstring>
#include <utility>

namespace cairn::tables {
namespace {

/// A function in the making and the types that it names.
class Function {
 public:
  explicit Function(const Library& library)
      : library_(library), function_(library.create_scalar_function()) {}
  ~Function() { library_.destroy_scalar_function(&function_); }
  Function(const Function&) = delete;
  Function& operator=(const Function&) = delete;
  duckdb_scalar_function raw() const { return function_; }

  template <class Set>
  void WithType(duckdb_type type, Set set) {
    auto logical = library_.create_logical_type(type);
    set(function_, logical);
    library_.destroy_logical_type(&logical);
  }

 private:
  const Library& library_;
  duckdb_scalar_function function_;
};

}  // namespace

Result<> Visits::Register(duckdb_connection connection) {
  const std::lock_guard lock(mutex_);
  if (registered_) return {};
  Function function(library_);
  library_.scalar_function_set_name(function.raw(), "cairn_visit");
  function.WithType(DUCKDB_TYPE_BIGINT, library_.scalar_function_add_parameter);
  function.WithType(DUCKDB_TYPE_ANY, library_.scalar_function_set_varargs);
  function.WithType(DUCKDB_TYPE_TINYINT, library_.scalar_function_set_return_type);
  library_.scalar_function_set_special_handling(function.raw());
  library_.scalar_function_set_volatile(function.raw());
  library_.scalar_function_set_extra_info(function.raw(), this, nullptr);
  library_.scalar_function_set_function(function.raw(), &Visits::Called);
  if (library_.register_scalar_function(connection, function.raw()) != DuckDBSuccess)
    return Error{Reason::Internal, "The table engine does not take the function of visits."};
  registered_ = true;
  return {};
}

void Visits::Called(duckdb_function_info info, duckdb_data_chunk chunk, duckdb_vector output) {
  auto& visits = *static_cast<Visits*>(Library::Loaded().scalar_function_get_extra_info(info));
  const Library& library = visits.library_;
  const auto rows = library.data_chunk_get_size(chunk);
  std::memset(library.vector_get_data(output), 0, rows);
  if (rows == 0) return;
  const auto number =
      static_cast<const std::int64_t*>(library.vector_get_data(library.data_chunk_get_vector(chunk, 0)))[0];
  Visit* visit = nullptr;
  {
    const std::lock_guard lock(visits.mutex_);
    const auto found = visits.running_.find(number);
    if (found != visits.running_.end()) visit = found->second;
  }
  if (!visit || !visit->Take(chunk)) library.scalar_function_set_error(info, "the visit has ended");
}

Visits::Visit::Visit(Visits& visits, const Make& make, std::vector<std::string> names)
    : visits_(visits), make_(make), names_(std::move(names)) {
  const std::lock_guard lock(visits_.mutex_);
  number_ = ++visits_.last_;
  visits_.running_[number_] = this;
}

Visits::Visit::~Visit() {
  const std::lock_guard lock(visits_.mutex_);
  visits_.running_.erase(number_);
}

std::string Visits::Visit::Call(std::string_view select) const {
  std::string columns;
  for (std::size_t column = 0; column < names_.size(); ++column)
    columns += (column ? ", c" : "c") + std::to_string(column);
  return "SELECT sum(cairn_visit(" + std::to_string(number_) + ", " + columns + ")) FROM (" +
         std::string(select) + "\n) AS visited(" + columns + ")";
}

std::unique_ptr<Visits::Visit::Seat> Visits::Visit::Sit(duckdb_data_chunk chunk) {
  const std::lock_guard lock(mutex_);
  if (!outcome_) return nullptr;
  if (!idle_.empty()) {
    auto seat = std::move(idle_.back());
    idle_.pop_back();
    return seat;
  }
  const Library& library = visits_.library_;
  auto seat = std::make_unique<Seat>(library);
  for (std::size_t column = 0; column < names_.size(); ++column) {
    auto type = library.vector_get_column_type(library.data_chunk_get_vector(chunk, column + 1));
    seat->vectors.AddColumn(names_[column], type);
    library.destroy_logical_type(&type);
  }
  seat->visitor = make_();
  return seat;
}

bool Visits::Visit::Take(duckdb_data_chunk chunk) {
  auto seat = Sit(chunk);
  if (!seat) return false;
  auto taken = seat->vectors.Load(chunk, 1);
  if (taken) taken = seat->visitor->Take(seat->vectors);
  const std::lock_guard lock(mutex_);
  if (!taken && outcome_) outcome_ = taken.error();
  idle_.push_back(std::move(seat));
  return bool(outcome_);
}

Result<> Visits::Visit::Outcome() const {
  const std::lock_guard lock(mutex_);
  return outcome_;
}

std::vector<std::unique_ptr<Visitor>> Visits::Visit::TakeVisitors() {
  const std::lock_guard lock(mutex_);
  std::vector<std::unique_ptr<Visitor>> visitors;
  for (auto& seat : idle_) visitors.push_back(std::move(seat->visitor));
  idle_.clear();
  return visitors;
}

}  // namespace cairn::tables
