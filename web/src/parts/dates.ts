// The pickers of days and hours, with what they need to speak Chinese. Pages take them
// from here, so that the console's first load has no calendar in it.
import "dayjs/locale/zh-cn";

export { DatePicker, TimePicker } from "antd";
