// Package lead takes in what others have seen (线索发现), has somebody on duty
// acknowledge it at every hour, hands it to an officer, and keeps what came of it
// (线索发现—案件移送—执法处置). Construction waste (建筑工程垃圾) is one kind, with lorry,
// haulier and site.
//
// In: the hotline, other bureaux, police and districts by API key; our own people by a
// form; who is on duty when. Out: a lead with its times; alarms where nobody
// acknowledged it, or nobody dealt with it, in time; events for other systems.
//
// Told twice under the source's own number, a lead is one. Who told it is encrypted and
// shown to whoever deals with it alone, which is recorded.
package lead
