//go:build browser

// A phone's browser, Chromium, on the pages that people without an app see. It is a stage of its own in infra/test,
// where Chromium is installed.

package journeys_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// A narrow phone, in CSS pixels.
const (
	phoneWidth  = 320
	phoneHeight = 640
)

// TestPagesOnAPhone answers a survey and signs up, by the keys and without scripts, on a screen that shows all of each page
// without scrolling sideways.
func TestPagesOnAPhone(t *testing.T) {
	w := newWorld(t)
	phone := openBrowser(t)

	t.Run("survey", func(t *testing.T) {
		survey := w.create("/v1/surveys", object{"metric": "nps", "name": "After a visit",
			"question":   object{"zh": "您会推荐我们吗？", "en": "Would you recommend us?"},
			"follow_ups": []object{{"id": "why", "from": 0, "to": 6, "text": object{"zh": "哪里让您不满意？", "en": "What went wrong?"}}}})
		link := w.newInvitation(survey, place{near, "u-mei"}).Link + "?lang=zh"
		phone.do(t, chromedp.Navigate(link), phone.shows("您会推荐我们吗？"),
			press(`input[name=score][value="3"]`, " "), press("button", kb.Enter),
			phone.shows("哪里让您不满意？"),
			press("textarea", "等了很久"), press("button", kb.Enter),
			phone.shows("谢谢您的回答！"),
			press("a[lang=en]", kb.Enter), phone.shows("Would you recommend us?"))
		w.must(settle(w.journey, nil))
		var told struct {
			Items []struct {
				Score   int
				Replies []struct{ Text string }
			}
		}
		w.must(w.read("/v1/surveys/"+survey+"/answers", &told))
		if len(told.Items) != 1 || told.Items[0].Score != 3 || len(told.Items[0].Replies) != 1 || told.Items[0].Replies[0].Text != "等了很久" {
			t.Errorf("answered: %+v", told)
		}
	})

	t.Run("sign-up", func(t *testing.T) {
		phone.do(t, chromedp.Navigate(w.system.api+"/v1/sign-up/"+near+"?lang=en"), phone.shows("Become a member"),
			press("#name", "Wang Fang"), press("#phone", "12"), press("button", kb.Enter),
			phone.shows("Please give a valid number"),
			press("#phone", kb.End+kb.Backspace+kb.Backspace+"139 0000 1111"), press("input[name=marketing]", " "), press("button", kb.Enter),
			phone.shows("Thank you!"))
		w.must(w.call("GET", "/v1/customers?phone=13900001111", admin, nil, nil))
		var found struct {
			Items []struct{ Name string }
		}
		w.must(json.Unmarshal(w.answer.body, &found))
		if len(found.Items) != 1 || found.Items[0].Name != "Wang Fang" {
			t.Errorf("signed up: %s", w.answer)
		}
	})
}

// browser is one tab.
type browser struct{ tab context.Context }

func openBrowser(t *testing.T) browser {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()))
	allocator, end := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(end)
	tab, closeTab := chromedp.NewContext(allocator)
	t.Cleanup(closeTab)
	if err := chromedp.Run(tab, chromedp.EmulateViewport(phoneWidth, phoneHeight), emulation.SetScriptExecutionDisabled(true)); err != nil {
		t.Fatalf("Chromium does not start (Debian: apt install chromium): %v", err)
	}
	return browser{tab}
}

// press goes to an element and presses keys.
func press(element, keys string) chromedp.Action {
	return chromedp.SendKeys(element, keys, chromedp.ByQuery)
}

// do does one thing after the other; when one can't be done, the page is left as a picture.
func (b browser) do(t *testing.T, steps ...chromedp.Action) {
	t.Helper()
	within, cancel := context.WithTimeout(b.tab, time.Minute)
	defer cancel()
	err := chromedp.Run(within, steps...)
	if err == nil {
		return
	}
	var picture []byte
	if failed := chromedp.Run(b.tab, chromedp.CaptureScreenshot(&picture)); failed == nil {
		path := filepath.Join(os.TempDir(), strings.ReplaceAll(t.Name(), "/", "-")+".png")
		if os.WriteFile(path, picture, 0o600) == nil {
			t.Logf("the page: %s", path)
		}
	}
	t.Fatal(err)
}

// shows waits until the page shows the text, and wants it to be no wider than the phone.
func (b browser) shows(text string) chromedp.Action {
	return chromedp.ActionFunc(func(ctx context.Context) error {
		if err := chromedp.WaitVisible(fmt.Sprintf(`//main//*[contains(., %q)]`, text), chromedp.BySearch).Do(ctx); err != nil {
			return fmt.Errorf("%q is not shown: %w", text, err)
		}
		_, _, _, _, _, content, err := page.GetLayoutMetrics().Do(ctx)
		if err == nil && content.Width > phoneWidth {
			return fmt.Errorf("the page with %q is %.0f px wide", text, content.Width)
		}
		return err
	})
}
