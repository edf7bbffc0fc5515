#include "huffman_blocks.hpp"

#include "streamresize/processor.hpp"

namespace streamresize {

SequentialTables::SequentialTables(const HuffmanTable& dc_table, const HuffmanTable& ac_table,
                                   int last_kept, int lookup_width)
    : kept(last_kept), width(lookup_width), dc_symbols(dc_table), ac_symbols(ac_table) {
  if (kept < kBlockEnd - 1) skip.build(ac_symbols, width);
  if (kept != 0) coefficients.build(ac_symbols, width);
  dc.build(dc_symbols, kept == 0 ? &skip : nullptr, width);
}

DecodeMcus best_decode_mcus() {
#ifdef STREAMRESIZE_X86_64_V3
  if (has_avx2()) return kAvx2DecodeMcus;
#endif
  return kPortableDecodeMcus;
}

}  // namespace streamresize
