;;; session.el --- A session in Emacs with Eglot -*- lexical-binding: t -*-

;; From opening a file with a mistake to mending it; what is seen is written to $TOLD. Called by
;; tests/editors/sessions.py with the program in $TENANTRY, in a copy of tests/editors/estate.

;;; Code:

(package-initialize)
(require 'tenantry-mode)
(require 'flymake)
(require 'xref)

(defvar session-out nil)

(defun session-say (format &rest values)
  (push (string-trim-right (apply #'format format values)) session-out))

(defun session-wait (what ready)
  (let ((end (time-add nil 30)))
    (while (not (funcall ready))
      (when (time-less-p end nil) (error "Waited in vain for %s" what))
      (accept-process-output nil 0.05))))

(defun session-changed ()
  "Tell the server of what changed: nothing is ever idle here, and Eglot waits for that."
  (eglot--signal-textDocument/didChange))

(defmacro session-agreeing (&rest body)
  "Run BODY, and answer each of its questions with yes."
  `(cl-letf (((symbol-function 'y-or-n-p) (lambda (&rest _) t))
             ((symbol-function 'yes-or-no-p) (lambda (&rest _) t)))
     ,@body))

(defun session-goto (text)
  "Go to the second letter of TEXT."
  (goto-char (point-min))
  (search-forward text)
  (goto-char (1+ (match-beginning 0))))

(defun session-diagnostics ()
  (dolist (it (flymake-diagnostics))
    (session-say "  %s at `%s`: %s"
                 (flymake-diagnostic-type it)
                 (buffer-substring-no-properties (flymake-diagnostic-beg it) (flymake-diagnostic-end it))
                 (car (split-string (flymake-diagnostic-text it) "\n"))))
  (unless (flymake-diagnostics) (session-say "  none")))

(defun session-places (items)
  (dolist (it items)
    (let ((place (xref-item-location it)))
      (session-say "  %s:%s:%s"
                   (file-relative-name (xref-location-group place) (tenantry--root default-directory))
                   (xref-location-line place) (1+ (xref-file-location-column place))))))

(defun session-run ()
  (setq tenantry-program (list (getenv "TENANTRY") "lsp")
        eglot-sync-connect 30
        eglot-confirm-server-initiated-edits nil)
  (find-file "tenants/beta.kdl")
  (session-say "mode %s" major-mode)
  (eglot-ensure)
  (run-hooks 'post-command-hook)
  (session-wait "the server" #'eglot-current-server)
  (session-wait "diagnostics" (lambda () (flymake-start) (flymake-diagnostics)))
  (session-say "diagnostics")
  (session-diagnostics)

  (session-say "hover on `memory`")
  (session-goto "memory \"")
  (let ((hover (jsonrpc-request (eglot-current-server) :textDocument/hover
                                (eglot--TextDocumentPositionParams))))
    ;; In Markdown it stands in a listing, for which an Emacs without a mode for it does not ask.
    (let ((lines (split-string (plist-get (plist-get hover :contents) :value) "\n")))
      (session-say "  %s" (seq-find (lambda (it) (string-prefix-p "memory" it)) lines))))

  (when (eglot--server-capable :completionProvider)
    (session-say "completion of `repl` in the workload")
    (session-goto "connect")
    (beginning-of-line)
    (insert "        repl\n")
    (forward-char -1)
    (let* ((found (jsonrpc-request (eglot-current-server) :textDocument/completion
                                   (progn (session-changed) (eglot--TextDocumentPositionParams))))
           (items (append (if (vectorp found) found (plist-get found :items)) nil)))
      (dolist (it items)
        (when (string-prefix-p "repl" (plist-get it :label))
          (session-say "  %s" (plist-get it :label)))))
    (delete-region (line-beginning-position) (1+ (line-end-position)))
    (session-changed))

  (when (eglot--server-capable :codeActionProvider)
    (session-say "after the first action on the mistake")
    (session-goto "replica 2")
    (session-wait "the mistake" #'flymake-diagnostics)
    ;; Whoever asks which one is answered with the first.
    (cl-letf (((symbol-function 'completing-read)
               (lambda (_ table &rest _) (car (all-completions "" table))))
              ;; A key, as it were, and not a click, which would open a menu.
              (last-nonmenu-event ?\r))
      (eglot-code-actions (point) (point) nil t))
    (session-say "  %s" (string-trim (thing-at-point 'line t)))
    (session-changed)
    (session-wait "a sound estate" (lambda () (flymake-start) (null (flymake-diagnostics)))))

  (when (eglot--server-capable :definitionProvider)
    (session-say "definition of `demo.hello`")
    (session-goto "hello")
    (session-places (xref-backend-definitions 'eglot "LSP identifier at point.")))

  (when (eglot--server-capable :referencesProvider)
    (session-say "references to it")
    (session-goto "hello")
    (session-places (xref-backend-references 'eglot "LSP identifier at point.")))

  (when (eglot--server-capable :renameProvider)
    (session-say "after its renaming to `greeter`")
    (session-goto "hello")
    ;; It asks before it changes a file that nobody has open, as tenantry.kdl is.
    (session-agreeing (eglot-rename "greeter"))
    (dolist (buffer (buffer-list))
      (with-current-buffer buffer
        (when (derived-mode-p 'tenantry-mode)
          (save-excursion
            (goto-char (point-min))
            (while (search-forward "greeter" nil t)
              (session-say "  %s: %s" (file-name-nondirectory buffer-file-name)
                           (string-trim (thing-at-point 'line t)))
              (end-of-line)))))))

  (when (eglot--server-capable :documentFormattingProvider)
    (session-say "formatted")
    (session-goto "cpu \"100m\"")
    (beginning-of-line)
    (insert "     ")
    (session-changed)
    (eglot-format-buffer)
    (session-goto "cpu \"100m\"")
    (session-say "  |%s" (string-trim-right (thing-at-point 'line t)))))

(let ((fine (condition-case problem
                (progn (session-run) t)
              (error (session-say "FAILED: %S" problem) nil))))
  (let ((coding-system-for-write 'utf-8))
    (write-region (concat (mapconcat #'identity (nreverse session-out) "\n") "\n") nil (getenv "TOLD")))
  (dolist (buffer (buffer-list))
    (with-current-buffer buffer (set-buffer-modified-p nil)))
  (kill-emacs (if fine 0 1)))
;;; session.el ends here
