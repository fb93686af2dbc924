package control

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

var duration = regexp.MustCompile(`^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$`)

// addDuration adds an ISO 8601 duration; years and months follow the calendar.
func addDuration(from time.Time, text string) (time.Time, error) {
	m := duration.FindStringSubmatch(text)
	if m == nil || text == "P" || text[len(text)-1] == 'T' {
		return time.Time{}, fmt.Errorf("%q is not an ISO 8601 duration such as P30D or PT1H30M", text)
	}
	var whole [7]int
	for i := 1; i <= 6; i++ {
		whole[i], _ = strconv.Atoi(m[i]) // digits, or nothing for 0
	}
	seconds, _ := strconv.ParseFloat(m[7], 64)
	clock := time.Duration(whole[5])*time.Hour + time.Duration(whole[6])*time.Minute + time.Duration(seconds*float64(time.Second))
	return from.AddDate(whole[1], whole[2], 7*whole[3]+whole[4]).Add(clock), nil
}

// isoSeconds writes a duration in seconds.
func isoSeconds(d time.Duration) string {
	return "PT" + strconv.FormatFloat(d.Seconds(), 'f', -1, 64) + "S"
}
