#pragma once

#include <optional>
#include <string>
#include <vector>

#include "loop/monitoring/monitoring.h"
#include "loop/monitoring/store/row_table.h"

/// Every SQL sentence about windows, baselines and alerts.
namespace cairn::monitoring {

/// Opens windows; those that are there stay as they are.
Result<> OpenWindows(sql::Connection& connection, const std::vector<Window>& windows);
/// The spans of a monitor that are open or pending, oldest first.
Result<std::vector<Span>> UnsettledSpans(sql::Connection& connection, const std::string& monitor);
/// Whether the window is still open or pending: the guard of whoever writes its end.
Result<bool> IsUnsettled(sql::Connection& connection, const std::string& monitor, TimeMs from);
Result<> PutWindow(sql::Connection& connection, const Window& window);
/// By monitor, column and time; "" for all monitors.
Result<std::vector<Window>> SelectWindows(sql::Connection& connection, std::string_view monitor);
/// The newest closed value of any of the monitors.
Result<std::optional<Window>> NewestClosed(sql::Connection& connection, const std::string& monitor);

Result<std::optional<Span>> SelectBaseline(sql::Connection& connection, const std::string& monitor,
                                           std::int64_t version);
Result<> PutBaseline(sql::Connection& connection, const std::string& monitor, std::int64_t version,
                     Span span);

/// One that nobody was told of.
Result<> InsertAlert(sql::Connection& connection, const Alert& alert);
Result<> MarkTold(sql::Connection& connection, const std::string& id);
/// Those that nobody was told of, oldest first.
Result<std::vector<Alert>> SelectUntold(sql::Connection& connection);
Result<> CloseAlert(sql::Connection& connection, const std::string& id, TimeMs now);
Result<> MarkAcknowledged(sql::Connection& connection, const Alert& alert);
Result<std::optional<Alert>> OpenAlertOf(sql::Connection& connection, const std::string& monitor);
Result<std::optional<Alert>> SelectAlert(sql::Connection& connection, std::string_view id);
/// Newest first.
Result<std::vector<Alert>> SelectAlerts(sql::Connection& connection, bool open_only);

}  // namespace cairn::monitoring
