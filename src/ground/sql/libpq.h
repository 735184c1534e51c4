#pragma once

#include <libpq-fe.h>

#include "ground/vocabulary/result.h"

namespace cairn::sql {

/// The part of PostgreSQL's client library used here. It is opened at first use: linking it would map some 25
/// libraries into every process, also those that keep their records in SQLite.
struct Libpq {
  decltype(&PQconnectdbParams) ConnectDbParams;
  decltype(&PQfinish) Finish;
  decltype(&PQstatus) Status;
  decltype(&PQsocket) Socket;
  decltype(&PQsendQuery) SendQuery;
  decltype(&PQsendQueryParams) SendQueryParams;
  decltype(&PQconsumeInput) ConsumeInput;
  decltype(&PQisBusy) IsBusy;
  decltype(&PQgetResult) GetResult;
  decltype(&PQtransactionStatus) TransactionStatus;
  decltype(&PQerrorMessage) ErrorMessage;
  decltype(&PQserverVersion) ServerVersion;
  decltype(&PQparameterStatus) ParameterStatus;
  decltype(&PQsetNoticeProcessor) SetNoticeProcessor;
  decltype(&PQexec) Exec;
  decltype(&PQexecParams) ExecParams;
  decltype(&PQprepare) Prepare;
  decltype(&PQexecPrepared) ExecPrepared;
  decltype(&PQresultStatus) ResultStatus;
  decltype(&PQresultErrorField) ResultErrorField;
  decltype(&PQntuples) Tuples;
  decltype(&PQnfields) Fields;
  decltype(&PQfname) FieldName;
  decltype(&PQftype) FieldType;
  decltype(&PQgetvalue) GetValue;
  decltype(&PQgetlength) GetLength;
  decltype(&PQgetisnull) GetIsNull;
  decltype(&PQclear) Clear;
};

/// The library, for as long as the process lives. Unavailable when it is not installed.
Result<const Libpq*> OpenLibpq();

}  // namespace cairn::sql
