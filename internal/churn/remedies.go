package churn

import (
	_ "embed"
	"encoding/json"
	"slices"

	"guanxi/internal/decision"
	"guanxi/internal/task"
)

// Remedies is the one document of what to say or to do against each reason for
// which customers stay away (R22). An admin may change it.
type Remedies struct {
	Service       task.Words `json:"service"`
	Product       task.Words `json:"product"`
	Price         task.Words `json:"price"`
	Competitor    task.Words `json:"competitor"`
	Communication task.Words `json:"communication"`
	Other         task.Words `json:"other"`
}

// Remedy is what helps against a reason.
type Remedy struct {
	Reason LossReason `json:"churn_reason" enum:"service,product,price,competitor,communication,other" example:"price"`
	Say    task.Words `json:"say"`
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

// all are the remedies in the order of the reasons.
func (r Remedies) all() []Remedy {
	return []Remedy{{Service, r.Service}, {Product, r.Product}, {Price, r.Price}, {Competitor, r.Competitor}, {Communication, r.Communication}, {Other, r.Other}}
}

// For are the remedies that fit a warning: while it is open, those of Hinted;
// afterwards that of the reason that was heard, if one was.
func (r Remedies) For(w Warning) []Remedy {
	if w.Open() {
		return r.Hinted(w.evidence())
	}
	return slices.DeleteFunc(r.all(), func(item Remedy) bool { return item.Reason != w.Loss })
}

// Hinted are all remedies, those first at which the evidence of a follow-up
// points: nobody knows yet why the customer stays away.
func (r Remedies) Hinted(evidence []decision.Input) []Remedy {
	hinted, all := hints(evidence), r.all()
	slices.SortStableFunc(all, func(a, b Remedy) int { return place(hinted, a.Reason) - place(hinted, b.Reason) })
	return all
}

func place(of []LossReason, r LossReason) int {
	if i := slices.Index(of, r); i >= 0 {
		return i
	}
	return len(of)
}

// hints are the reasons at which signals point, the plainest first: what a
// complaint is about, the service where a score is bad, and that nobody talked
// to them where they were used to talk to us.
func hints(evidence []decision.Input) (all []LossReason) {
	for _, code := range []string{CodeOpen, CodeUnsolved, CodeScore, CodeContacts, CodeEnquiries} {
		i := slices.IndexFunc(evidence, func(e decision.Input) bool { return e.Name == code })
		switch {
		case i < 0:
		case code == CodeOpen || code == CodeUnsolved:
			all = append(all, LossReason(evidence[i].Value))
		case code == CodeScore:
			all = append(all, Service)
		default:
			all = append(all, Communication)
		}
	}
	return all
}
