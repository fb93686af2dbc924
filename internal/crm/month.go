package crm

import "time"

// MonthStart is the first date of the month that d lies in.
func (d Date) MonthStart() Date {
	return d - Date(time.Unix(int64(d)*86400, 0).UTC().Day()) + 1
}

// MonthEnd is the last date of the month that d lies in.
func (d Date) MonthEnd() Date { return (d.MonthStart() + 31).MonthStart() - 1 }

// Online tells whether what happens on the channel happens over the net. A till,
// a visit and the telephone are offline.
func (c Channel) Online() bool {
	switch c {
	case ChannelPOS, ChannelVisit, ChannelPhone:
		return false
	}
	return true
}
