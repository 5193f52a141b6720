;;; tenantry-mode.el --- Estates of Tenantry -*- lexical-binding: t -*-

;; Version: 0.1.0
;; Package-Requires: ((emacs "28.1") (eglot "1.9"))
;; Keywords: languages

;;; Commentary:

;; A mode for the files of an estate, coloured without a server, and `tenantry lsp' for Eglot, which
;; Emacs has from version 29 on and GNU ELPA before:
;;
;;     (require 'tenantry-mode)
;;     (add-hook 'tenantry-mode-hook #'eglot-ensure)
;;
;; `tenantry-output' shows what is emitted for the node at point, `tenantry-flows' and
;; `tenantry-placement' the pages of the estate in a browser, `tenantry-fix-all' mends what is certain.

;;; Code:

(require 'eglot)
(require 'project)
(require 'subr-x)

(defgroup tenantry nil
  "Estates of Tenantry."
  :group 'languages)

(defcustom tenantry-program '("tenantry" "lsp")
  "The language server, as a list of the program and its arguments."
  :type '(repeat string))

(defcustom tenantry-indent 4
  "How far a block is indented."
  :type 'natnum)

;;; Colours

(defconst tenantry--char "[^][ \t\n\\/(){};\"#=]")

(defconst tenantry--language
  '("allow" "arg" "body" "column" "define" "each" "expect" "expect-clean" "expect-error"
    "expect-warning" "fix" "given" "in" "let" "like" "omit" "one-of" "package" "param" "profile" "row"
    "rule" "say" "slot" "table" "test" "use" "when"))

(defvar tenantry-font-lock-keywords
  `(;; `${…}' within a string, and a string that is one name.
    ("\\${[^}\n]*}" 0 font-lock-variable-name-face prepend)
    ("\"\\(\\$[[:alpha:]_][[:alnum:]_.-]*\\)\"" 1 font-lock-variable-name-face prepend)
    ;; A node begins a line, or follows a brace or semicolon; a name may follow.
    (,(concat "\\(?:^\\|[{;]\\)[ \t]*" (regexp-opt tenantry--language t)
              "\\(?:[ \t]+\\([[:alpha:]_]" tenantry--char "*\\)\\)?\\(?:[ \t]\\|$\\)")
     (1 font-lock-keyword-face) (2 font-lock-type-face nil t))
    (,(concat "\\(?:^\\|[{;]\\)[ \t]*\\([[:alpha:]_-]" tenantry--char
              "*\\)\\(?:[ \t]+\\([[:alpha:]_]" tenantry--char "*\\)\\(?:[ \t;]\\|$\\)\\)?")
     (1 font-lock-function-name-face) (2 font-lock-type-face nil t))
    (,(concat "\\(" tenantry--char "+\\)=") 1 font-lock-variable-name-face)
    ("#\\(?:true\\|false\\|null\\|-?inf\\|nan\\)\\_>" 0 font-lock-constant-face)
    ("\\$[[:alpha:]_][[:alnum:]_.-]*" 0 font-lock-variable-name-face)
    ;; An amount and its unit.
    ("\"[+-]?[0-9.]+ ?\\(?:[KMGTP]i?B?\\|kB\\|[kMGT]?bit\\|ms\\|[smhdw]\\|%\\)\"" 0 font-lock-constant-face t))
  "What is coloured in `tenantry-mode'.")

(defvar tenantry-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?/ ". 124b" table)
    (modify-syntax-entry ?* ". 23n" table)
    (modify-syntax-entry ?\n "> b" table)
    (modify-syntax-entry ?\" "\"" table)
    (modify-syntax-entry ?\\ "\\" table)
    (modify-syntax-entry ?' "." table)
    (modify-syntax-entry ?- "_" table)
    (modify-syntax-entry ?$ "'" table)
    (modify-syntax-entry ?# "'" table)
    (modify-syntax-entry ?= "." table)
    table)
  "Syntax of `tenantry-mode'.")

;; What quotes do: three of them open a string that only three close, and what stands between hashes
;; has no escapes.
(defconst tenantry--syntax
  (syntax-propertize-rules
   ("\\(#*\\)\"\"\"" (0 (ignore (tenantry--multi-line))))
   ("\\(#+\\)\"" (0 (ignore (tenantry--raw))))))

(defun tenantry--fence (from to)
  "Let the characters at FROM and before TO enclose a string."
  (put-text-property from (1+ from) 'syntax-table (string-to-syntax "|"))
  (put-text-property (1- to) to 'syntax-table (string-to-syntax "|"))
  (goto-char to))

(defun tenantry--plain-p (at)
  "Whether nothing encloses AT: no string, no comment."
  (save-excursion (not (nth 8 (syntax-ppss at)))))

(defun tenantry--multi-line ()
  "Mark the string with three quotes that the last match opens."
  (let ((from (match-beginning 0)) (close (concat "\"\"\"" (match-string 1))))
    (when (and (tenantry--plain-p from) (search-forward close nil t))
      (tenantry--fence from (point)))))

(defun tenantry--raw ()
  "Mark the raw string that the last match opens."
  (let ((from (match-beginning 0)) (close (concat "\"" (match-string 1))))
    (when (and (tenantry--plain-p from) (search-forward close (line-end-position) t))
      (tenantry--fence from (point)))))

(defun tenantry-indent-line ()
  "Indent by how many braces are open, and leave what is in a string as it is."
  (interactive)
  (unless (nth 3 (syntax-ppss (line-beginning-position)))
    (let ((depth (car (syntax-ppss (line-beginning-position))))
          (closes (save-excursion (back-to-indentation) (looking-at-p "}")))
          (inside (> (current-column) (current-indentation))))
      (save-excursion (indent-line-to (* tenantry-indent (max 0 (- depth (if closes 1 0))))))
      (unless inside (back-to-indentation)))))

;;; The mode

;;;###autoload
(define-derived-mode tenantry-mode prog-mode "Tenantry"
  "Major mode for the files of an estate."
  (setq-local comment-start "// " comment-end "" comment-start-skip "//+[ \t]*"
              indent-line-function #'tenantry-indent-line indent-tabs-mode nil
              syntax-propertize-function tenantry--syntax
              font-lock-defaults '(tenantry-font-lock-keywords)
              electric-indent-chars (cons ?} electric-indent-chars))
  (add-hook 'project-find-functions #'tenantry--project nil t))

(defun tenantry--root (path)
  "The folder of the estate that PATH is in, if it is in one."
  (locate-dominating-file path "tenantry.kdl"))

(defun tenantry--project (folder)
  "The estate that FOLDER is in, as a project."
  (when-let ((root (tenantry--root folder)))
    (cons 'tenantry root)))

(cl-defmethod project-root ((project (head tenantry)))
  "The folder of PROJECT."
  (cdr project))

(defun tenantry--file-p ()
  "Whether the file of this buffer belongs to an estate."
  (and buffer-file-name
       (string-suffix-p ".kdl" buffer-file-name)
       (tenantry--root buffer-file-name)))

;;;###autoload
(add-to-list 'auto-mode-alist '("/tenantry\\.kdl\\'" . tenantry-mode))
;;;###autoload
(add-to-list 'magic-mode-alist '(tenantry--file-p . tenantry-mode))

(put 'tenantry-mode 'eglot-language-id "tenantry-kdl")
(add-to-list 'eglot-server-programs
             (cons '(tenantry-mode) (lambda (&rest _) tenantry-program)))

;;; What comes of an estate

(defun tenantry--ask (command &rest arguments)
  "Ask the server to run COMMAND with ARGUMENTS, and return what it answers."
  (jsonrpc-request (eglot--current-server-or-lose) :workspace/executeCommand
                   (list :command command :arguments (vconcat arguments))))

(defun tenantry--uri ()
  "This buffer's file, as the protocol names it."
  (plist-get (eglot--TextDocumentIdentifier) :uri))

(defun tenantry-output ()
  "Show what is emitted for the node at point."
  (interactive)
  (let* ((found (append (tenantry--ask "tenantry.showArtifact" (list :uri (tenantry--uri) :position (eglot--pos-to-lsp-position)))
                        nil))
         (paths (mapcar (lambda (it) (plist-get it :path)) found))
         (path (if (cdr paths) (completing-read "Which of the files? " paths nil t) (car paths))))
    (if (null path)
        (message "Nothing is emitted for what is here, or an error stands in the way")
      (let ((artifact (seq-find (lambda (it) (equal (plist-get it :path) path)) found)))
        (with-current-buffer (get-buffer-create (format "*tenantry: %s*" path))
          (let ((inhibit-read-only t))
            (erase-buffer)
            (insert (plist-get artifact :text)))
          (let ((buffer-file-name path)) (ignore-errors (set-auto-mode)))
          (goto-char (point-min))
          (forward-line (1- (elt (plist-get artifact :lines) 0)))
          (setq buffer-read-only t)
          (display-buffer (current-buffer)))))))

(defun tenantry--page (what)
  "Show the page WHAT of what is saved, made by the program, in a browser."
  (let ((path (make-temp-file "tenantry-" nil ".html")))
    (call-process (car tenantry-program) nil nil nil
                  what (expand-file-name (tenantry--root default-directory)) "--html" path)
    (browse-url-of-file path)))

(defun tenantry-flows ()
  "Show who may talk to whom."
  (interactive)
  (tenantry--page "flows"))

(defun tenantry-placement ()
  "Show where everything stands."
  (interactive)
  (tenantry--page "place"))

(defun tenantry-fix-all ()
  "Apply every fix that is certain in this file."
  (interactive)
  (eglot-code-actions (point-min) (point-max) "source.fixAll" t))

(provide 'tenantry-mode)
;;; tenantry-mode.el ends here
