// The pickers of days and hours, with what they need to speak Chinese, and a name for the
// mark that empties them. Pages take them from here, so that the console's first load has no
// calendar in it.
import "dayjs/locale/zh-cn";
import { DatePicker as Days, TimePicker as Hours, type DatePickerProps, type TimeRangePickerProps } from "antd";
import type { RangePickerProps } from "antd/es/date-picker";
import { Clear } from "./clear";

const named = { clearIcon: <Clear /> };

function Day(props: DatePickerProps) {
  return <Days allowClear={named} {...props} />;
}

function DayRange(props: RangePickerProps) {
  return <Days.RangePicker allowClear={named} separator="–" {...props} />;
}

function HourRange(props: TimeRangePickerProps) {
  return <Hours.RangePicker allowClear={named} separator="–" {...props} />;
}

export const DatePicker = Object.assign(Day, { RangePicker: DayRange });
export const TimePicker = { RangePicker: HourRange };
