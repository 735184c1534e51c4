// The one place where Asio's own code is compiled; all others see only its declarations.
#include <boost/asio/impl/src.hpp>
