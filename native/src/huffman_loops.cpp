#include "huffman_loops.hpp"

#include <algorithm>

#include "streamresize/processor.hpp"

namespace streamresize {

SequentialTables::SequentialTables(const HuffmanTable& dc_table, const HuffmanTable& ac_table,
                                   int last_kept, int lookup_width)
    : kept(last_kept),
      width(lookup_width),
      dc_symbols(dc_table),
      ac_symbols(ac_table),
      pair_width(width == LaneTables::kWidth ? width : std::min(width, PairTable::kMaxWidth)) {
  if (kept < kBlockEnd - 1) skip.build(ac_symbols, width);
  if (kept == 0) {
    dc.build(dc_symbols, skip, width);
    return;
  }
  AcSkipTable eob;
  eob.build_eob(ac_symbols, width);
  dc.build(dc_symbols, eob, width);
  pairs.build(ac_symbols, pair_width);
}

AcBand::AcBand(const HuffmanTable& table, const ScanHeader& header, std::uint64_t kept_mask,
               int lookup_width)
    : symbols(table),
      first(header.first),
      last(header.last),
      low_bit(header.low_bit),
      kept(kept_mask),
      width(lookup_width) {
  if (header.high_bit != 0) {
    refinements.build(symbols, width);
    return;
  }
  AcSkipTable eob;
  eob.build_single_eob(symbols, width);
  coefficients.build(symbols, eob, width);
}

const HuffmanLoops& huffman_loops() {
#ifdef STREAMRESIZE_X86_64_V3
  static const HuffmanLoops kSlowDeposit = {kAvx2Loops.decode_mcus, kAvx2Loops.decode_band,
                                            kPortableLoops.refine_band, kAvx2Loops.run_lanes,
                                            kAvx2Loops.join_groups};
  if (has_avx2()) return has_fast_bit_deposit() ? kAvx2Loops : kSlowDeposit;
#endif
  return kPortableLoops;
}

}  // namespace streamresize
