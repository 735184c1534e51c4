#include "loop/formats/pickle/known.h"

#include <string>
#include <unordered_map>
#include <unordered_set>

#include "ground/vocabulary/text.h"

namespace cairn::formats::pickle {
namespace {

constexpr std::string_view kPython = R"(
builtins object int float bool str bytes bytearray complex list tuple dict set frozenset slice range
__builtin__ object int long float bool str unicode bytes bytearray complex list tuple dict set frozenset slice xrange
copyreg _reconstructor __newobj__ __newobj_ex__
copy_reg _reconstructor __newobj__
_codecs encode
collections OrderedDict defaultdict deque Counter
datetime date datetime time timedelta timezone
decimal Decimal
fractions Fraction
uuid UUID
array array _array_reconstructor
joblib.numpy_pickle NumpyArrayWrapper
joblib.numpy_pickle_compat NDArrayWrapper ZNDArrayWrapper
sklearn.externals.joblib.numpy_pickle NumpyArrayWrapper
)";

constexpr std::string_view kNumpy = R"(
numpy ndarray dtype matrix bool_ bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64
  longdouble complex64 complex128 str_ bytes_ object_ void datetime64 timedelta64 intp uintp generic number integer
  floating log log1p log2 log10 exp expm1 exp2 sqrt square cbrt abs absolute sign sin cos tan tanh reciprocal
  mean median std var sum min max
numpy.core.multiarray _reconstruct scalar
numpy._core.multiarray _reconstruct scalar
numpy.core.numeric _frombuffer
numpy._core.numeric _frombuffer
numpy.ma MaskedArray
numpy.ma.core _mareconstruct MaskedArray
numpy.dtypes BoolDType Int8DType Int16DType Int32DType Int64DType UInt8DType UInt16DType UInt32DType UInt64DType
  Float16DType Float32DType Float64DType ObjectDType StrDType BytesDType StringDType
numpy.random RandomState Generator
numpy.random.mtrand RandomState
numpy.random._generator Generator
numpy.random._mt19937 MT19937
numpy.random._pcg64 PCG64 PCG64DXSM
numpy.random._philox Philox
numpy.random._sfc64 SFC64
numpy.random._pickle __randomstate_ctor __generator_ctor __bit_generator_ctor
numpy.random.bit_generator SeedSequence __pyx_unpickle_SeedSequence
)";

constexpr std::string_view kScipy = R"(
scipy.sparse._csr csr_matrix csr_array
scipy.sparse._csc csc_matrix csc_array
scipy.sparse._coo coo_matrix coo_array
scipy.sparse._bsr bsr_matrix bsr_array
scipy.sparse._dia dia_matrix dia_array
scipy.sparse._dok dok_matrix dok_array
scipy.sparse._lil lil_matrix lil_array
scipy.sparse.csr csr_matrix
scipy.sparse.csc csc_matrix
scipy.sparse.coo coo_matrix
scipy.interpolate._bsplines BSpline
scipy.interpolate._interpolate interp1d PPoly
scipy.interpolate._cubic CubicSpline PchipInterpolator
scipy._lib.array_api_compat.numpy._aliases asarray
)";

constexpr std::string_view kPandas = R"(
pandas DataFrame Series Index RangeIndex StringDtype CategoricalDtype
pandas.core.frame DataFrame
pandas.core.series Series
pandas.core.indexes.base Index _new_Index
pandas.core.indexes.range RangeIndex
pandas.core.internals.managers BlockManager SingleBlockManager
pandas._libs.internals _unpickle_block
pandas.arrays ArrowStringArray
pyarrow.lib _restore_array py_buffer type_for_alias
)";

constexpr std::string_view kXgboost = R"(
xgboost.core Booster
xgboost.sklearn XGBModel XGBClassifier XGBRegressor XGBRanker XGBRFClassifier XGBRFRegressor
)";

constexpr std::string_view kLightgbm = R"(
lightgbm.basic Booster
lightgbm.sklearn LGBMModel LGBMClassifier LGBMRegressor LGBMRanker
)";

constexpr std::string_view kTorch = R"(
torch Tensor Size device FloatStorage DoubleStorage HalfStorage BFloat16Storage LongStorage IntStorage ShortStorage
  CharStorage ByteStorage BoolStorage ComplexFloatStorage ComplexDoubleStorage QInt8Storage QUInt8Storage QInt32Storage
  float16 float32 float64 half float double bfloat16 int8 int16 int32 int64 uint8 bool complex64 complex128 strided
torch._utils _rebuild_tensor _rebuild_tensor_v2 _rebuild_tensor_v3 _rebuild_parameter _rebuild_parameter_with_state
  _rebuild_qtensor _rebuild_sparse_tensor _rebuild_meta_tensor_no_storage _rebuild_nested_tensor
torch._tensor _rebuild_from_type_v2
torch.nn.parameter Parameter Buffer
torch.serialization _get_layout
torch.storage UntypedStorage TypedStorage
torch.nn.modules.activation ReLU LeakyReLU ELU SELU GELU SiLU Sigmoid Tanh Softmax LogSoftmax Hardswish
  MultiheadAttention
torch.nn.modules.batchnorm BatchNorm1d BatchNorm2d BatchNorm3d
torch.nn.modules.container Sequential ModuleList ModuleDict
torch.nn.modules.conv Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d
torch.nn.modules.dropout Dropout Dropout1d Dropout2d
torch.nn.modules.flatten Flatten Unflatten
torch.nn.modules.linear Linear Identity Bilinear NonDynamicallyQuantizableLinear
torch.nn.modules.normalization LayerNorm GroupNorm RMSNorm
torch.nn.modules.pooling MaxPool1d MaxPool2d AvgPool1d AvgPool2d AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveMaxPool2d
torch.nn.modules.rnn RNN LSTM GRU
torch.nn.modules.sparse Embedding EmbeddingBag
torch.nn.modules.transformer Transformer TransformerEncoder TransformerEncoderLayer
torch.jit._pickle build_intlist build_tensorlist build_doublelist build_boollist build_tensor_from_id restore_type_tag
)";

constexpr std::string_view kModules = R"(
__future__ _abc _aix_support _ast _asyncio _bisect _blake2 _bootsubprocess _bz2 _codecs _codecs_cn
_codecs_hk _codecs_iso2022 _codecs_jp _codecs_kr _codecs_tw _collections _collections_abc _compat_pickle
_compression _contextvars _crypt _csv _ctypes _curses _curses_panel _datetime _dbm _decimal _elementtree
_frozen_importlib _frozen_importlib_external _functools _gdbm _hashlib _heapq _imp _io _json _locale
_lsprof _lzma _markupbase _md5 _msi _multibytecodec _multiprocessing _opcode _operator _osx_support
_overlapped _pickle _posixshmem _posixsubprocess _py_abc _pydecimal _pyio _queue _random _scproxy _sha1
_sha256 _sha3 _sha512 _signal _sitebuiltins _socket _sqlite3 _sre _ssl _stat _statistics _string
_strptime _struct _symtable _thread _threading_local _tkinter _tokenize _tracemalloc _typing _uuid
_warnings _weakref _weakrefset _winapi _zoneinfo abc aifc antigravity argparse array ast asynchat
asyncio asyncore atexit audioop base64 bdb binascii bisect builtins bz2 cProfile calendar cgi cgitb
chunk cmath cmd code codecs codeop collections colorsys compileall concurrent configparser contextlib
contextvars copy copyreg crypt csv ctypes curses dataclasses datetime dbm decimal difflib dis distutils
doctest email encodings ensurepip enum errno faulthandler fcntl filecmp fileinput fnmatch fractions
ftplib functools gc genericpath getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac html
http idlelib imaplib imghdr imp importlib inspect io ipaddress itertools json keyword lib2to3 linecache
locale logging lzma mailbox mailcap marshal math mimetypes mmap modulefinder msilib msvcrt
multiprocessing netrc nis nntplib nt ntpath nturl2path numbers opcode operator optparse os ossaudiodev
pathlib pdb pickle pickletools pipes pkgutil platform plistlib poplib posix posixpath pprint profile
pstats pty pwd py_compile pyclbr pydoc pydoc_data pyexpat queue quopri random re readline reprlib
resource rlcompleter runpy sched secrets select selectors shelve shlex shutil signal site smtpd smtplib
sndhdr socket socketserver spwd sqlite3 sre_compile sre_constants sre_parse ssl stat statistics string
stringprep struct subprocess sunau symtable sys sysconfig syslog tabnanny tarfile telnetlib tempfile
termios textwrap this threading time timeit tkinter token tokenize tomllib trace traceback tracemalloc
tty turtle turtledemo types typing unicodedata unittest urllib uu uuid venv warnings wave weakref
webbrowser winreg winsound wsgiref xdrlib xml xmlrpc zipapp zipfile zipimport zlib zoneinfo numpy scipy
pandas sklearn joblib cloudpickle dill torch torchvision tensorflow keras xgboost lightgbm catboost onnx
onnxruntime mlflow pip setuptools pkg_resources requests yaml jinja2 flask IPython matplotlib commands
__builtin__ copy_reg pydoc_data six attr attrs click fsspec boto3 botocore
)";

using List = std::unordered_map<std::string, std::string_view>;

std::string KeyOf(std::string_view module, std::string_view name) {
  return std::string(module) + '\n' + std::string(name);
}

void AddTo(List& list, std::string_view text, std::string_view flavour) {
  std::string_view module;
  for (const auto line : Split(text, '\n')) {
    bool first = !line.starts_with(' ');
    for (const auto word : Split(line, ' ')) {
      if (word.empty()) continue;
      if (first)
        module = word;
      else
        list.emplace(KeyOf(module, word), flavour);
      first = false;
    }
  }
}

List WholeList() {
  List list;
  AddTo(list, kPython, "Python");
  AddTo(list, kNumpy, "numpy");
  AddTo(list, kScipy, "scipy");
  AddTo(list, kPandas, "pandas");
  AddTo(list, kScikitLearn, "scikit-learn");
  AddTo(list, kXgboost, "XGBoost");
  AddTo(list, kLightgbm, "LightGBM");
  AddTo(list, kTorch, "PyTorch");
  return list;
}

std::unordered_set<std::string_view> Words(std::string_view text) {
  std::unordered_set<std::string_view> words;
  for (const auto line : Split(text, '\n'))
    for (const auto word : Split(line, ' ')) words.insert(word);
  return words;
}

}  // namespace

bool MayBeModule(std::string_view name) {
  static const auto modules = Words(kModules);
  return name.find('.') != std::string_view::npos || modules.count(name) > 0;
}

std::string_view KnownAs(std::string_view module, std::string_view name) {
  static const List list = WholeList();
  const auto found = list.find(KeyOf(module, name));
  return found == list.end() ? std::string_view() : found->second;
}

}  // namespace cairn::formats::pickle
