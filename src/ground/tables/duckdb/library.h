#pragma once

#include <duckdb.h>

#include <string>

#include "ground/vocabulary/result.h"

/// Every function of the engine that Cairn calls. All belong to the first, stable C interface.
#define CAIRN_DUCKDB_FUNCTIONS(each)                                                                         \
  each(library_version) each(create_config) each(set_config) each(destroy_config) each(open_ext) each(       \
      close) each(connect) each(disconnect) each(interrupt) each(free) each(query) each(destroy_result)      \
      each(column_name) each(column_type) each(column_logical_type) each(column_count) each(                 \
          rows_changed) each(result_error) each(result_error_type) each(prepare) each(destroy_prepare)       \
          each(prepare_error) each(nparams) each(prepared_statement_type) each(                              \
              prepared_statement_column_count) each(prepared_statement_column_type)                          \
              each(prepared_statement_column_name) each(bind_null) each(bind_boolean) each(bind_int64) each( \
                  bind_double) each(bind_varchar_length) each(execute_prepared) each(pending_prepared)       \
                  each(pending_execute_task) each(pending_error) each(execute_pending) each(                 \
                      destroy_pending) each(fetch_chunk) each(result_return_type) each(decimal_scale)        \
                      each(decimal_internal_type) each(enum_internal_type) each(enum_dictionary_size) each(  \
                          enum_dictionary_value) each(destroy_logical_type) each(create_logical_type)        \
                          each(get_type_id) each(create_data_chunk) each(destroy_data_chunk) each(           \
                              data_chunk_reset) each(data_chunk_get_size) each(data_chunk_set_size)          \
                              each(data_chunk_get_vector) each(vector_get_data) each(vector_get_validity)    \
                                  each(vector_ensure_validity_writable) each(validity_set_row_invalid) each( \
                                      vector_assign_string_element_len) each(vector_size)                    \
                                      each(appender_create) each(appender_error) each(                       \
                                          append_data_chunk) each(appender_close) each(appender_destroy)     \
                                          each(create_scalar_function) each(destroy_scalar_function) each(   \
                                              scalar_function_set_name) each(scalar_function_add_parameter)  \
                                              each(scalar_function_set_varargs)                              \
                                                  each(scalar_function_set_return_type)                      \
                                                      each(scalar_function_set_special_handling)             \
                                                          each(scalar_function_set_volatile)                 \
                                                              each(scalar_function_set_extra_info)           \
                                                                  each(scalar_function_set_function)         \
                                                                      each(register_scalar_function) each(   \
                                                                          scalar_function_get_extra_info)    \
                                                                          each(scalar_function_set_error)    \
                                                                              each(vector_get_column_type)

namespace cairn::tables {

/// libduckdb.so, opened once for the whole process and never closed.
struct Library {
#define CAIRN_POINTER(name) decltype(&duckdb_##name) name = nullptr;
  CAIRN_DUCKDB_FUNCTIONS(CAIRN_POINTER)
#undef CAIRN_POINTER
  /// Streams a result instead of collecting it; null in a library that no longer has it, where results are
  /// collected first.
  decltype(&duckdb_execute_prepared_streaming) execute_prepared_streaming = nullptr;

  /// The library at `path`, or where the program's libraries are when that is "". Unavailable when it is not
  /// there, lacks a function, or is another version.
  static Result<const Library*> Load(const std::string& path);
  /// The one that was loaded first, for callbacks that are not told which; only after a Load.
  static const Library& Loaded();
};

}  // namespace cairn::tables
