package churn

import (
	_ "embed"
	"encoding/json"
	"strings"

	"guanxi/internal/task"
)

//go:embed words.json
var words []byte

// Book has a sentence for each reason, into which its figures are put, and what
// codes among those figures are called.
type Book struct {
	Reasons map[string]task.Words `json:"reasons"`
	Names   map[string]task.Words `json:"names"`
}

// ReadBook reads it.
func ReadBook() (b Book) {
	if err := json.Unmarshal(words, &b); err != nil {
		panic("churn: words.json: " + err.Error())
	}
	return b
}

// Say is a reason in words.
func (b Book) Say(r Reason) task.Words {
	var zh, en []string
	for _, input := range r.Evidence {
		named, isCode := b.Names[input.Value]
		if !isCode {
			named = task.Words{ZH: input.Value, EN: input.Value}
		}
		zh, en = append(zh, "{"+input.Name+"}", named.ZH), append(en, "{"+input.Name+"}", named.EN)
	}
	sentence := b.Reasons[r.Code]
	return task.Words{ZH: strings.NewReplacer(zh...).Replace(sentence.ZH), EN: strings.NewReplacer(en...).Replace(sentence.EN)}
}
