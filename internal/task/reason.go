package task

import (
	_ "embed"
	"encoding/json"
	"fmt"

	"guanxi/internal/crm"
)

// Reason is why there is a task, as a code of ours.
type Reason string

// The reasons by which tasks open by themselves; people have more of them, in
// reasons.json.
const (
	Silence  Reason = "silence"   // a repeat buyer neither bought nor talked to us for too long
	NPSAlarm Reason = "nps_alarm" // a store's NPS lies below its threshold, for certain
)

// Words are a text in the languages that staff read.
type Words = crm.Words

//go:embed reasons.json
var reasons []byte

// Book holds what to say, or to do, for each reason.
type Book map[Reason]struct {
	ByHand bool  `json:"by_hand"` // a person may give it
	Say    Words `json:"say"`
}

// ReadBook reads it.
func ReadBook() (b Book) {
	if err := json.Unmarshal(reasons, &b); err != nil {
		panic(fmt.Sprintf("task: reasons.json: %v", err))
	}
	return b
}
