package journeys_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// same is an error that names what is and what should be.
func same(what, got, want string) error {
	if got != want {
		return fmt.Errorf("%s: %s, not %s", what, got, want)
	}
	return nil
}

func number(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, fmt.Errorf("%q is no number", text)
	}
	return n, nil
}

func expectStatus(j *journey, a args) error {
	if got := strconv.Itoa(j.answer.status); got != a["code"] {
		return fmt.Errorf("status %s, not %s: %s", got, a["code"], j.answer)
	}
	return nil
}

// expectDelivery is about how a delivery was answered: accepted, ignored or kept_for_review.
func expectDelivery(j *journey, a args) error {
	var told struct{ Status, Reason string }
	if err := json.Unmarshal(j.answer.body, &told); err != nil || j.answer.status != 200 {
		return fmt.Errorf("a delivery is to be answered 200, not %s", j.answer)
	}
	if err := same("delivery", told.Status, a["status"]); err != nil || a["reason"] == "" {
		return err
	}
	return same("reason", told.Reason, a["reason"])
}

// expectProblem wants an error of the API (RFC 9457), and one about the field where the line names one.
func expectProblem(j *journey, a args) error {
	var problem struct {
		Title  string
		Errors []struct{ Path, Message string }
	}
	if err := json.Unmarshal(j.answer.body, &problem); err != nil || problem.Title == "" {
		return fmt.Errorf("no problem of the API: %s", j.answer)
	}
	if err := same("status", strconv.Itoa(j.answer.status), a["status"]); err != nil || a["field"] == "" {
		return err
	}
	for _, e := range problem.Errors {
		if e.Path == a["field"] && e.Message != "" {
			return nil
		}
	}
	return fmt.Errorf("%s is not said to be wrong: %s", a["field"], j.answer)
}

func expectHeader(j *journey, a args) error {
	got := j.answer.header.Get(a["name"])
	if a["value"] == "" && got != "" {
		return nil
	}
	return same(a["name"], got, a["value"])
}

// expectAnswer looks into the last answer: items.0.owner. Without a value, nothing may be there.
func expectAnswer(j *journey, a args) error {
	want, err := j.withIDs(a["value"])
	if err != nil {
		return err
	}
	var value any
	if err := json.Unmarshal(j.answer.body, &value); err != nil {
		return fmt.Errorf("no JSON: %s", j.answer)
	}
	for step := range strings.SplitSeq(a["path"], ".") {
		switch v := value.(type) {
		case object:
			value = v[step]
		case []any:
			i, err := strconv.Atoi(step)
			if step == "length" {
				value = float64(len(v))
				continue
			}
			if err != nil || i >= len(v) {
				value = nil
				continue
			}
			value = v[i]
		default:
			value = nil
		}
	}
	got := ""
	if value != nil {
		got = fmt.Sprint(value)
	}
	if got != want {
		return fmt.Errorf("%s: %q, not %q, in %s", a["path"], got, want, j.answer)
	}
	return nil
}

// decided is a standing decision.
type decided struct {
	On, Level, Tier, Need, Status string
	RFM                           struct{ R, F, M int }
	Warned                        string `json:"warned_since"`
	Changes                       string `json:"changes_at"`
	Purchases                     int
	Spend                         money
	Lifetime                      money `json:"lifetime_spend"`
	Reasons                       []struct {
		Question, Answer, Rule string
		RunnerUp               *struct {
			Answer, Unit string
			Text         struct{ EN string }
			Distance     int64
		} `json:"runner_up"`
	}
}

type money struct{ Minor int64 }

func (m money) String() string { return big.NewRat(m.Minor, 100).FloatString(2) }

func (j *journey) decision(email string) (d decided, err error) {
	id, err := j.customer(email)
	if err != nil {
		return d, err
	}
	err = j.read("/v1/customers/"+id+"/tier", &d)
	return d, err
}

// expectCustomer holds the standing decision against all that the line names; "none" is an empty answer.
func expectCustomer(j *journey, a args) error {
	d, err := j.decision(a["email"])
	if err != nil {
		return err
	}
	return sameOptions(a, map[string]string{
		"level": d.Level, "tier": d.Tier, "need": d.Need, "status": d.Status, "rfm": fmt.Sprintf("%d,%d,%d", d.RFM.R, d.RFM.F, d.RFM.M),
		"spend": d.Spend.String(), "lifetime": d.Lifetime.String(), "purchases": strconv.Itoa(d.Purchases),
		"warned": d.Warned, "changes": d.Changes, "on": d.On,
	})
}

// expectBuyers holds each buyer of a rush against the same.
func expectBuyers(j *journey, a args) error {
	n, err := number(a["number"])
	if err != nil {
		return err
	}
	for i := range n {
		a["email"] = fmt.Sprintf("buyer-%d@example.com", 1+i)
		d, err := j.decision(a["email"])
		if err != nil {
			return err
		}
		if err := sameOptions(a, map[string]string{"level": d.Level, "spend": d.Spend.String()}); err != nil {
			return fmt.Errorf("%s: %w", a["email"], err)
		}
		if err := expectOrders(j, args{"email": a["email"], "number": a["orders"]}); err != nil {
			return fmt.Errorf("%s: %w", a["email"], err)
		}
	}
	return nil
}

// sameOptions names all differences at once.
func sameOptions(a args, got map[string]string) error {
	var wrong []string
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if want, asked := a[name]; asked && orElse(got[name], "none") != want {
			wrong = append(wrong, fmt.Sprintf("%s: %s, not %s", name, orElse(got[name], "none"), want))
		}
	}
	if len(wrong) > 0 {
		return fmt.Errorf("%s", strings.Join(wrong, "; "))
	}
	return nil
}

// expectReason is about why: the rule that won and the nearest other answer.
func expectReason(j *journey, a args) error {
	d, err := j.decision(a["email"])
	if err != nil {
		return err
	}
	for _, r := range d.Reasons {
		if r.Question != a["question"] {
			continue
		}
		got := map[string]string{"rule": r.Rule}
		if r.RunnerUp != nil {
			got["runner-up"], got["distance"], got["text"] = r.RunnerUp.Answer, strconv.FormatInt(r.RunnerUp.Distance, 10), r.RunnerUp.Text.EN
		}
		return sameOptions(a, got)
	}
	return fmt.Errorf("no reason is given for %s", a["question"])
}

func expectOrders(j *journey, a args) error {
	id, err := j.customer(a["email"])
	if err != nil {
		return err
	}
	var page struct{ Items []any }
	if err := j.read("/v1/customers/"+id+"/orders?limit=100", &page); err != nil {
		return err
	}
	return same("orders", strconv.Itoa(len(page.Items)), a["number"])
}

func expectNobody(j *journey, a args) error {
	found, err := j.holders(a["email"])
	if err != nil {
		return err
	}
	return same("customers with the e-mail address "+a["email"], strconv.Itoa(len(found)), "0")
}

// warning is a churn warning.
type warning struct {
	ID, Since, Owner, Store, Severity, Outcome string
	EscalatedTo                                string `json:"escalated_to"`
	ClosedAt                                   string `json:"closed_at"`
}

func (j *journey) warnings(email string) ([]warning, error) {
	id, err := j.customer(email)
	if err != nil {
		return nil, err
	}
	var churn struct{ Warnings []warning }
	err = j.read("/v1/customers/"+id+"/churn", &churn)
	return churn.Warnings, err
}

func expectWarnings(j *journey, a args) error {
	all, err := j.warnings(a["email"])
	if err != nil {
		return err
	}
	return same("warnings", strconv.Itoa(len(all)), a["number"])
}

// expectWarning is about the customer's newest warning.
func expectWarning(j *journey, a args) error {
	all, err := j.warnings(a["email"])
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return fmt.Errorf("there never was a warning about %s", a["email"])
	}
	w := all[len(all)-1]
	if a["open"] != "" && w.ClosedAt != "" {
		return fmt.Errorf("the warning is closed: %s", w.Outcome)
	}
	return sameOptions(a, map[string]string{"since": w.Since, "owner": w.Owner, "severity": w.Severity, "escalated": w.EscalatedTo, "outcome": w.Outcome})
}
