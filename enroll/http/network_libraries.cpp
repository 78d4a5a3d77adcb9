// Asio and Beast are compiled here once, instead of into every source that uses them: half of the
// time those took. Their headers see BOOST_ASIO_SEPARATE_COMPILATION and its like (CMakeLists.txt).

#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
