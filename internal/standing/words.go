package standing

import (
	"fmt"
	"strconv"
	"strings"

	"guanxi/internal/crm"
	"guanxi/internal/decision"
)

// say is a sentence in both languages. Arguments that are words themselves stand
// in the sentence's own.
func say(en, zh string, args ...any) crm.Words {
	english, chinese := make([]any, len(args)), make([]any, len(args))
	for i, a := range args {
		english[i], chinese[i] = a, a
		if w, ok := a.(crm.Words); ok {
			english[i], chinese[i] = w.EN, w.ZH
		}
	}
	return crm.Words{EN: fmt.Sprintf(en, english...), ZH: fmt.Sprintf(zh, chinese...)}
}

// chinese names the answers; what is not in it is a number.
var chinese = map[string]string{
	"none": "无", "silver": "银卡", "gold": "金卡", "diamond": "钻石卡", "dormant": "休眠", "basic": "基础", "growth": "成长", "strategic": "战略",
	"prospect": "潜在顾客", "new": "新顾客", "existing": "老顾客", "active": "活跃", "lost": "流失", "warned": "预警", "no_warning": "无预警",
}

// called is an answer as a word.
func called(answer any) crm.Words {
	w := crm.Words{EN: fmt.Sprint(answer), ZH: fmt.Sprint(answer)}
	if zh, ok := chinese[w.EN]; ok {
		w.ZH = zh
	}
	return w
}

// named is an answer as people are told it: the empty one has a name, too.
func named[S ~string](answer S) string {
	if answer == "" {
		return "none"
	}
	return string(answer)
}

// inputs drops those that are not there: a date that never was.
func inputs(all ...decision.Input) []decision.Input {
	there := make([]decision.Input, 0, len(all)+2)
	for _, i := range all {
		if i.Value != "" {
			there = append(there, i)
		}
	}
	return there
}

func (e explainer) amount(name string, minor int64) decision.Input {
	return decision.Input{Name: name, Value: strconv.FormatInt(minor, 10), Unit: e.p.Currency + " minor"}
}

func bought(dates int) decision.Input {
	return decision.Input{Name: "purchases", Value: strconv.Itoa(dates), Unit: "purchase dates"}
}

func score(name string, n int) decision.Input {
	return decision.Input{Name: name, Value: strconv.Itoa(n), Unit: "score"}
}

func silence(days crm.Date) decision.Input {
	return decision.Input{Name: "silence", Value: strconv.Itoa(int(days)), Unit: "days"}
}

// thousandths are a number with up to three decimals.
func thousandths(n int64) string { return strconv.FormatFloat(float64(n)/1000, 'f', -1, 64) }

// chance is a share of ten-thousandths, in percent.
func chance(name string, n int) decision.Input {
	return decision.Input{Name: name, Value: percent(n), Unit: "percent"}
}

func percent(n int) string { return strconv.FormatFloat(float64(n)/100, 'f', -1, 64) }

func date(name string, d crm.Date) decision.Input {
	return decision.Input{Name: name, Value: d.String(), Unit: "date"}
}

func text(name, value string) decision.Input { return decision.Input{Name: name, Value: value} }

// before is the last date on which what ends on d still holds; none for none.
func before(d crm.Date) crm.Date {
	if d == 0 {
		return 0
	}
	return d - 1
}

// by is the last date for something, where there is one.
func by(d crm.Date) crm.Words {
	if d == 0 {
		return crm.Words{}
	}
	return say(" by %s", "%s 前", d)
}

// buying is the way by purchases.
func buying(n int, until crm.Date, answer any) crm.Words {
	if n == 1 {
		return say("1 more purchase%s makes %s", "%s再购买 1 次即为%s", by(until), called(answer))
	}
	return say("%[1]d more purchases on different dates%[2]s make %[3]s", "%[2]s再于 %[1]d 个不同日期购买即为%[3]s", n, by(until), called(answer))
}

// words is an amount as people read it: "¥1,230.00", "EUR 1,230.00".
func (e explainer) words(minor int64) string {
	decimal, _, _ := strings.Cut(crm.Money{Minor: minor, Currency: e.p.Currency}.String(), " ")
	whole, fraction, hasFraction := strings.Cut(decimal, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if hasFraction {
		whole += "." + fraction
	}
	if e.p.Currency == "CNY" {
		return sign + "¥" + whole
	}
	return e.p.Currency + " " + sign + whole
}
