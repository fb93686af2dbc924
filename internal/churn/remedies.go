package churn

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"guanxi/internal/crm"
	"guanxi/internal/task"
)

// Remedies is the one document of what helps against each reason for which
// customers stay away (R22). An admin may change it.
type Remedies struct {
	Items []Remedy `json:"items" nullable:"false" minItems:"6" maxItems:"6" doc:"One for each reason."`
}

// Remedy is what helps against a reason.
type Remedy struct {
	Reason LossReason `json:"churn_reason" enum:"service,product,price,competitor,communication,other" example:"price"`
	Say    task.Words `json:"say" doc:"What to say or to do, in both languages, each at most 1,000 characters."`
}

//go:embed remedies.json
var remedies []byte

// DefaultRemedies are in force until an admin sets others.
func DefaultRemedies() (r Remedies) {
	if err := json.Unmarshal(remedies, &r); err != nil {
		panic("churn: remedies.json: " + err.Error())
	}
	return r
}

const longestRemedy = 1000 // characters

// Validate names what is missing or there twice, at its place in the document.
func (r Remedies) Validate() (wrong []crm.Field) {
	seen := map[LossReason]bool{}
	for i, item := range r.Items {
		if seen[item.Reason] || !slices.Contains(LossReasons(), item.Reason) {
			wrong = append(wrong, crm.Field{Path: fmt.Sprintf("items[%d].churn_reason", i), Message: "must be one that no other item has"})
		}
		seen[item.Reason] = true
		for language, text := range map[string]string{"zh": item.Say.ZH, "en": item.Say.EN} {
			if n := len([]rune(text)); strings.TrimSpace(text) == "" || n > longestRemedy {
				wrong = append(wrong, crm.Field{Path: fmt.Sprintf("items[%d].say.%s", i, language), Message: fmt.Sprintf("must have 1 to %d characters", longestRemedy)})
			}
		}
	}
	for _, reason := range LossReasons() {
		if !seen[reason] {
			wrong = append(wrong, crm.Field{Path: "items", Message: "must have one for " + string(reason)})
		}
	}
	slices.SortFunc(wrong, func(a, b crm.Field) int { return strings.Compare(a.Path, b.Path) })
	return wrong
}

// For are the remedies that fit a warning: that of the reason that was heard,
// and, while it is not known, all of them, those first that the signals hint at.
func (r Remedies) For(w Warning) []Remedy {
	if !w.Open() && w.Loss == "" {
		return []Remedy{}
	}
	fits := []Remedy{}
	for _, item := range r.Items {
		if w.Loss == "" || item.Reason == w.Loss {
			fits = append(fits, item)
		}
	}
	hinted := w.hints()
	slices.SortStableFunc(fits, func(a, b Remedy) int { return place(hinted, a.Reason) - place(hinted, b.Reason) })
	return fits
}

func place(of []LossReason, r LossReason) int {
	if i := slices.Index(of, r); i >= 0 {
		return i
	}
	return len(of)
}

// hints are the reasons at which the signals point, the plainest first: what a
// complaint is about, the service where a score is bad, and that nobody talked
// to them where they were used to talk to us.
func (w Warning) hints() (all []LossReason) {
	for _, code := range []string{CodeOpen, CodeUnsolved, CodeScore, CodeContacts, CodeEnquiries} {
		i := slices.IndexFunc(w.Reasons, func(r Reason) bool { return r.Code == code })
		switch {
		case i < 0:
		case code == CodeOpen || code == CodeUnsolved:
			all = append(all, LossReason(w.Reasons[i].Value("category")))
		case code == CodeScore:
			all = append(all, Service)
		default:
			all = append(all, Communication)
		}
	}
	return all
}
