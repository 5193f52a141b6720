" A file of an estate: `tenantry.kdl`, or any other `.kdl` with one in its folder or above. Set and not
" proposed, since newer editors know `.kdl` as a filetype of its own.
autocmd BufRead,BufNewFile *.kdl
    \ if expand('<afile>:t') ==# 'tenantry.kdl'
    \     || !empty(findfile('tenantry.kdl', escape(expand('<afile>:p:h'), ' ,;') . ';'))
    \ | set filetype=tenantry | endif
