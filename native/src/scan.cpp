#include "scan.hpp"

#include <utility>

#include "arithmetic_coder.hpp"
#include "entropy_scan.hpp"
#include "huffman_progressive.hpp"
#include "huffman_sequential.hpp"
#include "zigzag.hpp"

namespace streamresize {
namespace {

constexpr const char* kUndefined = "SOS: Huffman table not defined";
constexpr const char* kNoPrefixCode = "DHT: the code lengths describe no prefix code";

// Where a table is missing, the standard one of that number is meant (K.3).
const char* build(const TableSlot<HuffmanSpec>& slot, std::size_t number,
                  const HuffmanSpec& (*standard)(bool), HuffmanTable& table) {
  if (!slot.defined && number > 1) return kUndefined;
  return table.build(slot.defined ? slot.table : standard(number == 1)) ? nullptr : kNoPrefixCode;
}

// The tables of one class that the scan's components select.
const char* build_selected(const ScanHeader& header, std::uint8_t ScanComponent::* selector,
                           const std::array<TableSlot<HuffmanSpec>, 4>& slots,
                           const HuffmanSpec& (*standard)(bool), HuffmanTables& tables) {
  for (std::size_t i = 0; i < header.component_count; ++i) {
    const std::size_t number = header.components[i].*selector;
    if (const char* fault = build(slots[number], number, standard, tables[number])) return fault;
  }
  return nullptr;
}

const char* build_dc(const Scan& scan, HuffmanTables& tables) {
  return build_selected(scan.header, &ScanComponent::dc_table, scan.tables.dc, standard_dc_table,
                        tables);
}

const char* build_ac(const Scan& scan, HuffmanTables& tables) {
  return build_selected(scan.header, &ScanComponent::ac_table, scan.tables.ac, standard_ac_table,
                        tables);
}

class CursorMaker {
 public:
  CursorMaker(const Frame& frame, const Scan& scan, const ScanTask& task, WarningLog& log)
      : frame_(frame), scan_(scan), task_(task), log_(log) {}

  // Returns the fault, or nullptr.
  const char* make() {
    const bool is_first = scan_.header.high_bit == 0;
    if (!frame_.progressive()) return frame_.arithmetic() ? arithmetic_sequential() : sequential();
    if (scan_.header.first == 0) return is_first ? dc_first() : dc_refine();
    return is_first ? ac<HuffmanAcFirst, ArithmeticAcFirst>()
                    : ac<HuffmanAcRefine, ArithmeticAcRefine>();
  }

  std::unique_ptr<ScanCursor> cursor;

 private:
  template <typename Coder>
  const char* finish(Coder coder) {
    cursor = std::make_unique<EntropyScan<Coder>>(
        ScanLayout(frame_, scan_.header), std::move(coder), scan_.tables.restart_interval, log_);
    return nullptr;
  }

  const char* sequential() {
    HuffmanTables dc;
    HuffmanTables ac;
    if (const char* fault = build_dc(scan_, dc)) return fault;
    if (const char* fault = build_ac(scan_, ac)) return fault;
    return finish(HuffmanSequential(scan_.header, dc, ac, ScanLayout(frame_, scan_.header), task_));
  }

  const char* arithmetic_sequential() {
    return finish(ArithmeticSequential(scan_.tables.conditioning, task_.kept));
  }

  const char* dc_first() {
    const int low_bit = scan_.header.low_bit;
    if (frame_.arithmetic()) return finish(ArithmeticDcFirst(scan_.tables.conditioning, low_bit));
    HuffmanTables dc;
    if (const char* fault = build_dc(scan_, dc)) return fault;
    return finish(HuffmanDcFirst(scan_.header, dc, lookup_width(block_visits(frame_, scan_))));
  }

  const char* dc_refine() {
    const int low_bit = scan_.header.low_bit;
    if (frame_.arithmetic()) return finish(ArithmeticDcRefine(scan_.tables.conditioning, low_bit));
    return finish(HuffmanDcRefine(low_bit));
  }

  template <typename Huffman, typename Arithmetic>
  const char* ac() {
    if (frame_.arithmetic()) return finish(Arithmetic(scan_.tables.conditioning, scan_.header));
    const std::size_t number = scan_.header.components[0].ac_table;
    HuffmanTable table;
    const char* fault = build(scan_.tables.ac[number], number, standard_ac_table, table);
    if (fault != nullptr) return fault;
    const int size = transform_size(task_.kept[scan_.header.components[0].index]);
    return finish(Huffman(
        AcBand(table, scan_.header, read_by(size), lookup_width(block_visits(frame_, scan_)))));
  }

  const Frame& frame_;
  const Scan& scan_;
  const ScanTask& task_;
  WarningLog& log_;
};

}  // namespace

std::uint64_t block_visits(const Frame& frame, const Scan& scan) {
  const ScanLayout layout(frame, scan.header);
  return layout.mcus() * layout.blocks_per_mcu();
}

Status make_cursor(const Frame& frame, const Scan& scan, const ScanTask& task, WarningLog& log,
                   std::unique_ptr<ScanCursor>& cursor) {
  CursorMaker maker(frame, scan, task, log);
  if (const char* fault = maker.make()) return Status::malformed(fault, scan.header.offset);
  cursor = std::move(maker.cursor);
  return {};
}

}  // namespace streamresize
