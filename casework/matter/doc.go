// Package matter holds what may be enforced (事项): which law forbids it since when,
// who may be fined how much, and within that range which discretion band (裁量基准) the
// facts of a case fall into. In go a key, the day of the act and the day of the
// decision, out comes the version of the law that applies, with its reason.
//
// A matter is data, one YAML file each, checked on load; a wrong entry is refused with
// file, line and key. What the texts of law at hand don't say is left open as
// "to be entered by the bureau" and can't be used for a penalty.
package matter
