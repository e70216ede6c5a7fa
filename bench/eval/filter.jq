select(.status >= 400) | {id, what: "\(.method) \(.url.path)", half: (.duration * 500), failed: true}
