" Colours for estates where no server gives any. Semantic tokens, from Neovim 0.9 on, lie over them.
if exists('b:current_syntax')
  finish
endif
syntax iskeyword @,48-57,_,-,128-255

" A node begins a line, or follows `{` or `;`. What follows it are arguments and properties.
syntax match tenantryKind /\%(^\|[{;]\)\@1<=\s*\zs[^ \t\\/(){};\[\]"#=0-9][^ \t\\/(){};\[\]"#=]*/ nextgroup=tenantryName skipwhite
syntax match tenantryName /[[:alpha:]_]\k*\ze\%(\s\|$\|[{;]\)/ contained
syntax match tenantryLanguage /\%(^\|[{;]\)\@1<=\s*\zs\%(expect-warning\|expect-clean\|expect-error\|package\|profile\|column\|define\|expect\|one-of\|allow\|given\|param\|table\|body\|each\|like\|omit\|rule\|slot\|test\|when\|arg\|fix\|let\|row\|say\|use\|in\)\ze\%([ \t{;]\|$\)/ nextgroup=tenantryName skipwhite

syntax match tenantryProperty /[^ \t\\/(){};\[\]"#=]\+\ze=/
syntax match tenantryConstant /#\%(true\|false\|null\|inf\|-inf\|nan\)\>/
syntax match tenantryNumber /\%(^\|[ \t=]\)\@1<=[+-]\=\d[0-9_]*\%(\.\d\+\)\=\ze\%([ \t;{}]\|$\)/
syntax match tenantryNumber /\%(^\|[ \t=]\)\@1<=0[xob]\x\+/
syntax match tenantryVariable /\$\h[[:alnum:]_.-]*/

syntax region tenantryExpression matchgroup=tenantryDelimiter start=/\${/ end=/}/ contained oneline contains=tenantryText,tenantryOperator
syntax match tenantryOperator /&&\|||\|[=!<>]=\|[<>!?:+*/%-]/ contained
syntax region tenantryText start=/'/ skip=/\\./ end=/'/ contained oneline
syntax match tenantryEscape /\\\%([nrtsbf"\\]\|u{\x\{1,6}}\|$\)\|\$\$/ contained
syntax match tenantryWhole /"\@1<=\$\h[[:alnum:]_.-]*"\@=/ contained
syntax region tenantryString start=/"/ skip=/\\./ end=/"/ oneline contains=tenantryEscape,tenantryExpression,tenantryWhole
syntax region tenantryString start=/"""/ skip=/\\./ end=/"""/ contains=tenantryEscape,tenantryExpression
syntax region tenantryString start=/\z(#\+\)"/ end=/"\z1/ oneline contains=tenantryExpression
syntax region tenantryString start=/\z(#\+\)"""/ end=/"""\z1/ contains=tenantryExpression
" An amount and its unit.
syntax match tenantryQuantity /"[+-]\=\d\+\%(\.\d\+\)\= \=\%([KMGTP]i\=B\=\|kB\|[kMGT]\=bit\|ms\|[smhdw]\|%\|\u\{3}\%(\/[^"]\+\)\=\)"/

syntax keyword tenantryTodo TODO FIXME XXX NOTE contained
syntax match tenantryComment ,//.*$, contains=tenantryTodo,@Spell
syntax region tenantryComment start=,/\*, end=,\*/, contains=tenantryComment,tenantryTodo,@Spell
" What `/-` takes out: a node with its block, or the next argument.
syntax match tenantryComment ,/-\s*[^ \t{};"]*\%("\%([^"\\]\|\\.\)*"\)\=,
syntax region tenantryBlock start=/{/ end=/}/ transparent fold

syntax sync minlines=100

highlight default link tenantryKind Identifier
highlight default link tenantryLanguage Statement
highlight default link tenantryName Type
highlight default link tenantryProperty PreProc
highlight default link tenantryConstant Boolean
highlight default link tenantryNumber Number
highlight default link tenantryQuantity Number
highlight default link tenantryVariable Special
highlight default link tenantryWhole Special
highlight default link tenantryDelimiter Delimiter
highlight default link tenantryExpression Special
highlight default link tenantryOperator Operator
highlight default link tenantryText String
highlight default link tenantryString String
highlight default link tenantryEscape SpecialChar
highlight default link tenantryComment Comment
highlight default link tenantryTodo Todo

let b:current_syntax = 'tenantry'
