#include "ground/sql/libpq.h"

#include <dlfcn.h>

#include <string>

namespace cairn::sql {
namespace {

Result<Libpq> Load() {
  void* library = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    return Error{Reason::Unavailable, std::string("PostgreSQL's client library cannot be opened (") +
                                          dlerror() + "); install it (Debian: libpq5)."};
  }
  Libpq libpq{};
  const char* missing = nullptr;
  const auto find = [&](auto& function, const char* name) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(library, name));
    if (function == nullptr) missing = name;
  };
  find(libpq.ConnectDbParams, "PQconnectdbParams");
  find(libpq.Finish, "PQfinish");
  find(libpq.Status, "PQstatus");
  find(libpq.Socket, "PQsocket");
  find(libpq.SendQuery, "PQsendQuery");
  find(libpq.SendQueryParams, "PQsendQueryParams");
  find(libpq.ConsumeInput, "PQconsumeInput");
  find(libpq.IsBusy, "PQisBusy");
  find(libpq.GetResult, "PQgetResult");
  find(libpq.TransactionStatus, "PQtransactionStatus");
  find(libpq.ErrorMessage, "PQerrorMessage");
  find(libpq.ServerVersion, "PQserverVersion");
  find(libpq.ParameterStatus, "PQparameterStatus");
  find(libpq.SetNoticeProcessor, "PQsetNoticeProcessor");
  find(libpq.Exec, "PQexec");
  find(libpq.ExecParams, "PQexecParams");
  find(libpq.Prepare, "PQprepare");
  find(libpq.ExecPrepared, "PQexecPrepared");
  find(libpq.ResultStatus, "PQresultStatus");
  find(libpq.ResultErrorField, "PQresultErrorField");
  find(libpq.Tuples, "PQntuples");
  find(libpq.Fields, "PQnfields");
  find(libpq.FieldName, "PQfname");
  find(libpq.FieldType, "PQftype");
  find(libpq.GetValue, "PQgetvalue");
  find(libpq.GetLength, "PQgetlength");
  find(libpq.GetIsNull, "PQgetisnull");
  find(libpq.Clear, "PQclear");
  if (missing != nullptr) {
    return Error{Reason::Unavailable,
                 std::string("PostgreSQL's client library lacks ") + missing + "; install a newer one."};
  }
  return libpq;
}

}  // namespace

Result<const Libpq*> OpenLibpq() {
  static const Result<Libpq> libpq = Load();
  if (!libpq) return libpq.error();
  return &*libpq;
}

}  // namespace cairn::sql
